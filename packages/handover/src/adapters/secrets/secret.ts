import { inspect } from "node:util";
import type { Secret } from "../../ports/secrets.ts";

/** A value that no log, message or report can show by accident: it prints as `[secret]` however it is turned to text. */
export class SecretValue implements Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    // Defined here because the compiler's isolated declarations allow no method under this symbol.
    Object.defineProperty(this, inspect.custom, { value: () => "[secret]" });
  }

  /** The value itself: for what hands it to an instance, nothing else. */
  open(): string {
    return this.#value;
  }

  toString(): "[secret]" {
    return "[secret]";
  }

  toJSON(): "[secret]" {
    return "[secret]";
  }
}
