import { fits, shown, unfit, type Read } from "./value.ts";

/** Program and arguments. */
export type Words = readonly [string, ...string[]];

/** What only a shell understands, when it stands outside quotes. */
const SHELL_ONLY = new Set("|><;&$`*?(){}[]\n");

/** A line that is split at blanks, with `'` and `"` as in a shell, or a list that is taken as it is. */
export function readCommand(value: unknown): Read<Words> {
  if (Array.isArray(value)) return readList(value);
  if (typeof value === "string") return readLine(value);
  return unfit(
    `is ${shown(value)}, not a command`,
    "Write a line such as `node server.js`, or a list of words.",
  );
}

function readList(items: readonly unknown[]): Read<Words> {
  const words = items.filter((item) => typeof item === "string");
  if (words.length < items.length) {
    return unfit("has a word that is not text", "Put each word of the list in quotes.");
  }
  return nonEmpty(words);
}

function readLine(line: string): Read<Words> {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    const escapes = character === "\\" && quote !== "'";
    if (escapes && (quote === null || '"\\$`'.includes(line.charAt(index + 1))) && index + 1 < line.length) {
      index += 1;
      word = (word ?? "") + line.charAt(index);
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else if (quote === '"' && "$`".includes(character)) return needsShell(line, character);
      else word = (word ?? "") + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (character === " " || character === "\t") {
      if (word !== null) words.push(word);
      word = null;
    } else if (SHELL_ONLY.has(character) || (word === null && "~#".includes(character))) {
      return needsShell(line, character);
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== null) return unfit(`has a ${quote} that is not closed`, `Close it with ${quote}.`);
  if (word !== null) words.push(word);
  const assignment = /^([A-Za-z_]\w*)=/u.exec(words[0] ?? "")?.[1];
  if (assignment !== undefined) {
    return unfit(
      `begins with the assignment of \`${assignment}\`, which needs a shell`,
      `Set \`${assignment}\` under \`environment\`.`,
    );
  }
  return nonEmpty(words);
}

function needsShell(line: string, character: string): Read<never> {
  const what = character === "\n" ? "a line break" : `\`${character}\``;
  return unfit(
    `has ${what}, which only a shell understands; commands run without one`,
    `Put it in single quotes if it is meant literally, or ask for a shell: \`command: [sh, -c, ${JSON.stringify(line.trim())}]\`, with \`exec\` before the program so that signals reach it.`,
  );
}

function nonEmpty(words: readonly string[]): Read<Words> {
  const [program, ...rest] = words;
  if (program === undefined || program === "")
    return unfit("is empty", "Name a program, such as `node server.js`.");
  if (words.some((word) => word.includes("\0"))) return unfit("has a NUL character", "Take it out.");
  return fits([program, ...rest]);
}
