import type { Screen } from "./screen.ts";

/** A screen that remembers what was written to it: for tests of views. */
export interface RecordingScreen extends Screen {
  readonly writes: readonly string[];
  text(): string;
}

export function recordingScreen(terminal?: {
  readonly columns: number;
  readonly rows: number;
}): RecordingScreen {
  const writes: string[] = [];
  return {
    writes,
    isTTY: terminal !== undefined,
    columns: terminal?.columns,
    rows: terminal?.rows,
    write: (text) => writes.push(text),
    text: () => writes.join(""),
  };
}
