import { styleText } from "node:util";
import { plainPaint, type Ink, type Paint } from "../../proof/paint.ts";
import type { Screen, TerminalEnvironment } from "./screen.ts";

const formats: Readonly<Record<Ink, Parameters<typeof styleText>[0]>> = {
  good: "green",
  bad: ["bold", "red"],
  warn: "yellow",
  old: "blue",
  new: "green",
  faint: "dim",
  strong: "bold",
};

/** Colours for terminals only: https://no-color.org and https://force-color.org say how users decide otherwise. */
export function painterFor(screen: Screen, env: TerminalEnvironment): Paint {
  return wantsColour(screen, env)
    ? (ink, text) => styleText(formats[ink], text, { validateStream: false })
    : plainPaint;
}

function wantsColour(screen: Screen, env: TerminalEnvironment): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0";
  return screen.isTTY === true && env["TERM"] !== "dumb";
}
