import { inspect } from "node:util";
import type { Secret } from "../../ports/secrets.ts";

/** A value that no log, message or report can show by accident: it prints as `[secret]` however it is turned to text. */
export class SecretValue implements Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
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

  [Symbol.toPrimitive](): "[secret]" {
    return "[secret]";
  }

  [inspect.custom](): "[secret]" {
    return "[secret]";
  }
}
