import { isAlias, isMap, isNode, isScalar, isSeq, type Alias, type Node, type YAMLMap } from "yaml";
import type { Diagnostic } from "./diagnostic.ts";
import { keyText, offsetOf, type YamlDocument } from "./yaml-document.ts";

/** The parser's errors in a user's words, by its codes; what stands nowhere here is told in the parser's. */
const WORDS: Readonly<Record<string, readonly [message: string, next: string]>> = {
  MULTIPLE_DOCS: [
    "a second YAML document begins here",
    "Take out the line `---`: a file is one configuration.",
  ],
  TAB_AS_INDENT: ["a tab indents this line, which YAML does not allow", "Indent with spaces."],
  BAD_INDENT: ["the indentation does not fit the lines above", "Line it up with the keys beside it."],
  MISSING_CHAR: [
    "something is not closed, or a `:` is missing",
    "Check quotes, brackets and colons before this place.",
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    "a second `key: value` stands on the same line",
    "Put the text in quotes, or begin a new line.",
  ],
  MULTILINE_IMPLICIT_KEY: ["this is not a `key: value`", "Write a key, a colon, a blank and the value."],
  RESOURCE_EXHAUSTION: ["the values are nested too deeply", "Check that this is the file that was meant."],
  TAG_RESOLVE_FAILED: ["a YAML tag (`!...`) stands here", "Take it out, or put the value in quotes."],
};

/** What is wrong with the file as YAML, before anything is known about its keys. */
export function yamlMistakes(document: YamlDocument): readonly Diagnostic[] {
  const { errors, warnings, contents } = document.parsed;
  const mistakes = [...errors, ...warnings].map(({ code, message, pos }): Diagnostic => {
    const [words, next] = WORDS[code] ?? [lowerFirst(message), "Correct it."];
    return { code: "CONFIG_SYNTAX", place: document.placeAt(pos[0]), message: words, next };
  });
  // The first syntax error makes the parser stumble on; what follows is mostly its echo.
  const first = mistakes[0];
  if (first !== undefined) return [first];
  return wrongNodes(document, contents);
}

/** More repeat a value so often that writing it out says more. */
const MOST_ALIASES = 100;

/** Keys that stand twice, are no plain text or would be lost, and aliases of nothing. */
function wrongNodes(document: YamlDocument, root: Node | null): readonly Diagnostic[] {
  const wrong: Diagnostic[] = [];
  const aliases: Alias[] = [];
  const anchors = new Set<string>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (isAlias(node)) aliases.push(node);
    else if (isNode(node) && node.anchor !== undefined) anchors.add(node.anchor);
    // One by one: so many arguments as a file may have items are more than a call takes.
    if (isMap(node)) {
      for (const mistake of wrongKeysOf(document, node)) wrong.push(mistake);
      for (const pair of node.items) open.push(pair.value);
    } else if (isSeq(node)) {
      for (const item of node.items) open.push(item);
    }
  }
  const mistaken =
    aliases.length > MOST_ALIASES ? aliases.slice(-1) : aliases.filter(({ source }) => !anchors.has(source));
  for (const alias of mistaken) {
    const none = !anchors.has(alias.source);
    wrong.push({
      code: "CONFIG_SYNTAX",
      place: document.placeAt(offsetOf(alias) ?? 0),
      message: none
        ? `the alias \`*${alias.source}\` has no anchor \`&${alias.source}\``
        : "there are too many aliases (`*name`)",
      next: none ? "Put text that begins with `*` in quotes." : "Write the values out.",
    });
  }
  return wrong;
}

function wrongKeysOf(document: YamlDocument, map: YAMLMap): readonly Diagnostic[] {
  const lineOfKey = new Map<string, number>();
  return map.items.flatMap((pair): readonly Diagnostic[] => {
    const place = document.placeAt(offsetOf(pair.key) ?? offsetOf(map) ?? 0);
    const key = keyText(pair);
    const mistake = (message: string, next: string): readonly Diagnostic[] => [
      { code: "CONFIG_SYNTAX", place, message, next },
    ];
    if (key === null || !isScalar(pair.key) || key === "__proto__") {
      return mistake("this key is not a plain name", "Write `key: value`.");
    }
    const line = lineOfKey.get(key);
    if (line !== undefined) {
      return mistake(
        `\`${key}\` stands here for the second time; first in line ${line}`,
        "Take one of them out.",
      );
    }
    lineOfKey.set(key, place.line);
    return [];
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
