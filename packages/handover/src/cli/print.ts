/** Results go to stdout, whole and with a line end. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** One object of `--json`: with its kind and when it was said. */
export function jsonLine(kind: string, value: object): string {
  return JSON.stringify({ kind, at: new Date().toISOString(), ...value });
}
