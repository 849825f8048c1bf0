import type { Diagnostic } from "./diagnostic.ts";

/** No configuration is larger; what is, is refused before it is read. */
export const MAX_CONFIG_BYTES = 1_000_000;

export interface ConfigurationSource {
  /** As it is shown in messages. */
  readonly file: string;
  readonly text: string;
}

/** The file is larger than {@link MAX_CONFIG_BYTES}. `bytes` is null where reading was given up. */
export function tooLarge(file: string, bytes: number | null): Diagnostic {
  const size = bytes === null ? "more than 1 MB" : `${(bytes / 1_000_000).toFixed(1)} MB`;
  return unreadable(
    file,
    `the file has ${size}; a configuration has at most 1 MB`,
    "Check that this is the file that was meant.",
  );
}

/** The file is not UTF-8 text. `from` is how it begins. */
export function notText(file: string, from: Uint8Array): Diagnostic {
  const utf16 = (from[0] === 0xff && from[1] === 0xfe) || (from[0] === 0xfe && from[1] === 0xff);
  return unreadable(
    file,
    utf16 ? "the file is UTF-16 text, not UTF-8" : "the file is not UTF-8 text; it may be binary",
    utf16 ? "Save it as UTF-8." : "Check that this is the file that was meant.",
  );
}

/** What keeps a text from being a configuration before its YAML is looked at. */
export function unreadableText({ file, text }: ConfigurationSource): Diagnostic | null {
  if (text.length > MAX_CONFIG_BYTES) return tooLarge(file, null);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) {
      const before = text.slice(0, index).split("\n");
      const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
      const what =
        code === 0
          ? "a NUL character; it may be binary"
          : `the control character U+${code.toString(16).padStart(4, "0").toUpperCase()}`;
      return {
        code: "CONFIG_UNREADABLE",
        place,
        message: `the file has ${what}`,
        next: "Check that this is the file that was meant.",
      };
    }
  }
  return null;
}

function unreadable(file: string, message: string, next: string): Diagnostic {
  return { code: "CONFIG_UNREADABLE", place: { file, line: 1, column: 1 }, message, next };
}
