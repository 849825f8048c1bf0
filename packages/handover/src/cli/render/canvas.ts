import type { Screen } from "./screen.ts";

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
/** Without wrapping, a line that is too long is cut by the terminal and every line is one row. */
const NO_WRAP = "\u001b[?7l";
const WRAP = "\u001b[?7h";
/** Synchronised output: terminals that know it show a frame at once, others ignore it. */
const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

/** A block of lines at the bottom of a terminal that is drawn over and over in place. */
export interface Canvas {
  draw(lines: readonly string[]): void;
  /** Writes text above the block, where it stays. */
  above(text: string): void;
  /** Leaves the block where it is, as ordinary text. */
  keep(): void;
  /** Shows the cursor and lets lines wrap again. Safe to repeat. */
  restore(): void;
}

export function canvasOn(screen: Screen): Canvas {
  let drawn: readonly string[] = [];
  let hidden = false;

  function toTop(): string {
    return drawn.length === 0 ? "\r" : `\u001b[${drawn.length}A\r`;
  }

  function draw(lines: readonly string[]): void {
    const isSame = lines.length === drawn.length && lines.every((line, row) => line === drawn[row]);
    if (isSame) return;
    const start = hidden ? "" : `${HIDE_CURSOR}${NO_WRAP}`;
    const body = lines.map((line) => `${line}${CLEAR_LINE}\n`).join("");
    screen.write(`${BEGIN}${start}${toTop()}${body}${CLEAR_BELOW}${END}`);
    hidden = true;
    drawn = lines;
  }

  return {
    draw,
    above(text) {
      const again = drawn;
      screen.write(`${toTop()}${CLEAR_BELOW}${hidden ? WRAP : ""}${text}${hidden ? NO_WRAP : ""}`);
      drawn = [];
      draw(again);
    },
    keep() {
      drawn = [];
    },
    restore() {
      if (hidden) screen.write(`${WRAP}${SHOW_CURSOR}`);
      hidden = false;
    },
  };
}
