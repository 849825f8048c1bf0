import { describe, expect, it } from "vitest";
import { mistakes } from "./testing.ts";
import { MAX_CONFIG_BYTES, notText, tooLarge } from "./unreadable.ts";

describe("a file that is no configuration", () => {
  it.each([
    ["an empty file", "", "1:1 the file has no settings"],
    ["a file with only a byte order mark", "\uFEFF", "1:1 the file has no settings"],
    ["a file with only comments", "# service: api\n\n# more\n", "1:1 the file has no settings"],
    ["a file with only `---`", "---\n", "1:1 the file has no settings"],
    ["a file with only text", "hello", "1:1 the file is not a map of keys and values"],
    ["a list", "- a\n", "1:1 the file is not a map of keys and values"],
    ["a binary file", "service: a\nx: \0\u0001", "2:4 the file has a NUL character; it may be binary"],
    ["a file with control characters", "a: \u0007", "1:4 the file has the control character U+0007"],
    ["two documents", "service: a\n---\nservice: b\n", "2:1 a second YAML document begins here"],
    [
      "a tab as indentation",
      "health:\n\tinterval: 2s\n",
      "2:1 a tab indents this line, which YAML does not allow",
    ],
    [
      "a key that stands twice",
      "service: a\nport: 1\nservice: b\n",
      "3:1 `service` stands here for the second time; first in line 1",
    ],
    ["a quote that is not closed", "service: 'a\n", "2:1 something is not closed, or a `:` is missing"],
    ["two keys on a line", "service: a: b\n", "1:10 a second `key: value` stands on the same line"],
    ["an alias of nothing", "service: *a\n", "1:10 the alias `*a` has no anchor `&a`"],
    ["a tag", "service: !env API\n", "1:10 a YAML tag (`!...`) stands here"],
    ["a key that is a list", "? [a]\n: b\n", "1:3 this key is not a plain name"],
    ["a key that is lost in JavaScript", "__proto__: 1\n", "1:1 this key is not a plain name"],
  ])("%s is told so", (_, text, mistake) => {
    expect(mistakes(text)).toEqual([mistake]);
  });

  it("is told so when its aliases would grow to gigabytes", () => {
    const line = (name: string, of: string): string =>
      `${name}: &${name} [${Array(9).fill(of).join(", ")}]\n`;
    const bomb = line("a", "x") + line("b", "*a") + line("c", "*b") + line("d", "*c") + line("e", "*d");
    expect(mistakes(bomb)).toEqual([
      "1:1 aliases (`*name`) repeat too much, or stand before their anchor (`&name`)",
    ]);
    expect(mistakes(`a: &a x\nb: [${"*a, ".repeat(200)}]\n`)).toEqual([
      "2:5 there are too many aliases (`*name`)",
    ]);
  });

  it("is told so when it contains itself", () => {
    expect(mistakes("service: a\nenvironments: &e { local: *e }\n")).not.toEqual([]);
  });

  it.each([
    ["deep nesting", "[".repeat(MAX_CONFIG_BYTES / 10)],
    [
      "as many different keys as fit",
      Array.from({ length: 80_000 }, (_, index) => `k${index}: v\n`).join(""),
    ],
    ["as many equal keys as fit", "k: v\n".repeat(MAX_CONFIG_BYTES / 5)],
    ["one long line", "a".repeat(MAX_CONFIG_BYTES)],
  ])(
    "is refused within seconds: %s",
    (_, text) => {
      expect(mistakes(text)).not.toEqual([]);
    },
    20_000,
  );

  it("is refused by its size alone when it is larger than 1 MB", () => {
    expect(mistakes("a".repeat(MAX_CONFIG_BYTES + 1))).toEqual([
      "1:1 the file has more than 1 MB; a configuration has at most 1 MB",
    ]);
    expect(tooLarge("handover.yaml", 10_000_000).message).toBe(
      "the file has 10.0 MB; a configuration has at most 1 MB",
    );
  });

  it("is told apart when it is UTF-16 text", () => {
    expect(notText("f", Uint8Array.of(0xff, 0xfe, 0x61)).next).toBe("Save it as UTF-8.");
    expect(notText("f", Uint8Array.of(0x89, 0x50)).message).toContain("not UTF-8");
  });
});
