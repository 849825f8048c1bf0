import { readFileSync } from "node:fs";

/** The package's version; the same relative place from the bundle and from the source would differ, so both are tried. */
export function version(): string {
  for (const place of ["../package.json", "../../package.json"]) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8"));
      if (typeof parsed === "object" && parsed !== null && "version" in parsed) return String(parsed.version);
    } catch {
      continue;
    }
  }
  return "unknown";
}
