import { describe, expect, it } from "vitest";
import { describeDiagnostics, diagnosticLines } from "./describe.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { parseConfiguration } from "./parse.ts";
import { file } from "./testing.ts";

const text = file("helth: {}\nlongestRequest: 30");

function diagnosticsOf(text: string): readonly Diagnostic[] {
  const parsed = parseConfiguration({ file: "handover.yaml", text });
  return parsed.kind === "invalid" ? parsed.diagnostics : [];
}

describe("diagnostics", () => {
  it("are told with the line that they are about", () => {
    expect(describeDiagnostics(diagnosticsOf(text), text)).toBe(
      `handover.yaml:2:1: \`helth\` is not known here; \`health\` was probably meant
  2 | helth: {}
    | ^
  CONFIG_INVALID. Nothing was touched. Write \`health\`.

handover.yaml:3:17: \`longestRequest\` is \`30\`, a number without a unit
  3 | longestRequest: 30
    |                 ^
  CONFIG_INVALID. Nothing was touched. Write \`30s\` for seconds or \`30ms\`.`,
    );
  });

  it("are one JSON object each with --json", () => {
    expect(diagnosticLines(diagnosticsOf(text))[0]).toEqual({
      kind: "error",
      code: "CONFIG_INVALID",
      file: "handover.yaml",
      line: 2,
      column: 1,
      message: "`helth` is not known here; `health` was probably meant",
      next: "Write `health`.",
    });
  });

  it.each([
    "secrets: { TOKEN: hunter2 }",
    "secrets: [TOKEN=hunter2]",
    "secrets: { TOKEN: { value: hunter2 } }",
    "secrets: { TOKEN: { env: =hunter2 } }",
    "secrets: hunter2",
  ])("never show what may be a secret's value: %s", (secrets) => {
    for (const text of [file(secrets), file("", secrets)]) {
      const told = describeDiagnostics(diagnosticsOf(text), text);
      expect(told).toMatch(/^handover\.yaml:\d+:\d+: /u);
      expect(told).not.toContain("hunter2");
    }
  });

  it("do not flood the terminal", () => {
    const many = Array.from({ length: 50 }, (_, index) => `unknown${index}: 1`).join("\n");
    expect(describeDiagnostics(diagnosticsOf(file(many)), null)).toMatch(/\.\.\. and 30 more\.$/u);
  });
});
