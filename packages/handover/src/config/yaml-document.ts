import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Pair,
} from "yaml";
import type { Place } from "../errors/handover-error.ts";

export type Path = readonly (string | number)[];

/** What stands at a path: its value, and its key where it has one. */
interface Found {
  readonly key: unknown;
  readonly value: unknown;
  readonly remove: () => void;
  readonly rename: (key: string) => void;
}

/**
 * A parsed YAML file that knows where everything stands.
 * It can be repaired (a key renamed, a value taken out) so that one mistake does not hide the next.
 */
export class YamlDocument {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly parsed: Document.Parsed;

  constructor(file: string, text: string) {
    this.#file = file;
    // Duplicate keys are looked for elsewhere: this parser's own way is quadratic.
    this.parsed = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false });
  }

  placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Where the value at a path stands, or its key where the value is empty; null where there is nothing. */
  placeOf(path: Path): Place | null {
    const found = this.#find(path);
    if (found === null) return null;
    const offset = this.#isWritten(found.value)
      ? offsetOf(found.value)
      : (offsetOf(found.key) ?? offsetOf(found.value));
    return offset === null ? null : this.placeAt(offset);
  }

  /** Where the key at the end of a path stands. */
  placeOfKey(path: Path): Place | null {
    const offset = offsetOf(this.#find(path)?.key);
    return offset === null ? this.placeOf(path) : this.placeAt(offset);
  }

  remove(path: Path): boolean {
    const found = this.#find(path);
    found?.remove();
    return found !== null;
  }

  /** Adds a value to the map around the path's end, if there is one. */
  add(path: Path, value: unknown): boolean {
    const around = this.#find(path.slice(0, -1))?.value;
    const map = isAlias(around) ? around.resolve(this.parsed) : around;
    if (!isMap(map)) return false;
    map.set(path.at(-1), this.parsed.createNode(value));
    return true;
  }

  rename(path: Path, key: string): boolean {
    const found = this.#find(path);
    found?.rename(key);
    return found !== null;
  }

  #find(path: Path): Found | null {
    let found: Found | null = {
      key: null,
      value: this.parsed.contents,
      remove: () => undefined,
      rename: () => undefined,
    };
    for (const segment of path) {
      found = this.#step(found.value, segment);
      if (found === null) return null;
    }
    return found;
  }

  #step(parent: unknown, segment: string | number): Found | null {
    const node = isAlias(parent) ? parent.resolve(this.parsed) : parent;
    if (isMap(node)) {
      const pair = node.items.find((pair) => keyText(pair) === String(segment));
      if (pair === undefined) return null;
      return {
        key: pair.key,
        value: pair.value,
        remove: () => void node.items.splice(node.items.indexOf(pair), 1),
        rename: (key) => {
          if (isScalar(pair.key)) pair.key.value = key;
        },
      };
    }
    if (!isSeq(node)) return null;
    const index =
      typeof segment === "number"
        ? segment
        : node.items.findIndex((item) => isScalar(item) && item.value === segment);
    const value = node.items[index];
    if (value === undefined) return null;
    return { key: null, value, remove: () => void node.items.splice(index, 1), rename: () => undefined };
  }

  #isWritten(value: unknown): boolean {
    return isScalar(value)
      ? value.source !== "" || value.value !== null
      : value !== null && value !== undefined;
  }
}

/** A key as text; null where it is not a plain value. */
export function keyText(pair: Pair): string | null {
  return isScalar(pair.key) ? String(pair.key.value) : null;
}

export function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
