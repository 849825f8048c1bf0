import { describe, expect, it } from "vitest";
import { HandoverError } from "./handover-error.ts";
import { codeFrame, describeProblem, errorLine } from "./problem.ts";

const place = { file: "handover.yaml", line: 2, column: 3 };
const typo = new HandoverError("CONFIG_INVALID", "`helth` is not known here", {
  place,
  next: "Write `health`.",
});

describe("an error as text", () => {
  it("says where, what, shows the line, what it means for traffic and what to do next", () => {
    expect(describeProblem(typo, "a:\n  helth: {}\n")).toBe(
      [
        "handover.yaml:2:3: `helth` is not known here",
        "  2 |   helth: {}",
        "    |   ^",
        "  CONFIG_INVALID. Nothing was touched. Write `health`.",
      ].join("\n"),
    );
  });

  it("leaves out the place and the line where there are none", () => {
    expect(describeProblem(new HandoverError("USAGE", "there are several environments"))).toBe(
      "there are several environments\n  USAGE. Nothing was touched.",
    );
  });
});

describe("an error as a line of --json", () => {
  it("has code, file, line, column, message and next", () => {
    expect(errorLine(typo)).toEqual({
      kind: "error",
      code: "CONFIG_INVALID",
      file: "handover.yaml",
      line: 2,
      column: 3,
      message: "`helth` is not known here",
      next: "Write `health`.",
    });
  });

  it("has null for what is not known", () => {
    const line = errorLine(new HandoverError("LOST", "the balancer has gone"));
    expect(line).toMatchObject({ file: null, line: null, column: null, next: null });
  });
});

describe("the line that is shown", () => {
  it("is cut around the place when it is very long", () => {
    const [line = "", caret = ""] = codeFrame(`${"x".repeat(5000)}!${"y".repeat(5000)}`, {
      line: 1,
      column: 5001,
    });
    expect(line.length).toBeLessThan(120);
    expect(line[caret.indexOf("^")]).toBe("!");
  });

  it("keeps the caret under its character behind a tab and before CRLF", () => {
    expect(codeFrame("\ta: 1\r\nb: 2", { line: 1, column: 2 })).toEqual(["  1 |  a: 1", "    |  ^"]);
  });

  it("is left out when the place is behind the end of the file", () => {
    expect(codeFrame("a: 1\n", { line: 9, column: 1 })).toEqual([]);
  });
});
