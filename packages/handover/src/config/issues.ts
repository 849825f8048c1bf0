import type * as z from "zod";
import type { Path } from "./yaml-document.ts";

type ZodIssue = z.core.$ZodIssue;

/** What does not fit, in the few kinds that a user can meet. */
export type Issue =
  | { readonly kind: "unknown-key"; readonly path: Path }
  | { readonly kind: "missing"; readonly path: Path }
  | {
      readonly kind: "not-one-of";
      readonly path: Path;
      readonly input: unknown;
      readonly values: readonly string[];
    }
  | { readonly kind: "wrong-shape"; readonly path: Path; readonly input: unknown; readonly expected: string }
  | { readonly kind: "unfit"; readonly path: Path; readonly message: string; readonly next: string | null }
  | {
      readonly kind: "unfit-key";
      readonly path: Path;
      readonly message: string;
      readonly next: string | null;
    };

/** The schema's issues, each one mistake: of a value that may take several shapes only the shape that was meant. */
export function issuesOf(issues: readonly ZodIssue[], base: Path = []): readonly Issue[] {
  return issues.flatMap((issue): readonly Issue[] => {
    const path = [
      ...base,
      ...issue.path.map((segment) => (typeof segment === "number" ? segment : String(segment))),
    ];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => ({ kind: "unknown-key", path: [...path, key] }));
      case "invalid_union":
        return issuesOf(shapeMeant(issue.errors), path);
      case "invalid_key":
        return issuesOf(issue.issues, path).map((inner) =>
          inner.kind === "unfit" ? { ...inner, kind: "unfit-key", path } : inner,
        );
      case "invalid_type":
        if (issue.input === undefined) return [{ kind: "missing", path }];
        return [
          {
            kind: "wrong-shape",
            path,
            input: issue.input,
            expected: SHAPES[issue.expected] ?? issue.expected,
          },
        ];
      case "invalid_value":
        if (issue.input === undefined) return [{ kind: "missing", path }];
        return [{ kind: "not-one-of", path, input: issue.input, values: issue.values.map(String) }];
      case "custom":
        if (issue.params?.["missing"] === true) return [{ kind: "missing", path }];
        return [{ kind: "unfit", path, message: issue.message, next: adviceOf(issue.params) }];
      case "too_small":
      case "too_big":
      case "not_multiple_of":
      case "invalid_format":
      case "invalid_element":
        return [{ kind: "unfit", path, message: issue.message, next: null }];
    }
  });
}

const SHAPES: Readonly<Record<string, string>> = { object: "a map", record: "a map", array: "a list" };

/** The issues of the shape that fits best: one whose own kind of value was written, else one with names to choose from. */
function shapeMeant(shapes: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] {
  return shapes.toSorted((a, b) => misfit(a) - misfit(b))[0] ?? [];
}

function misfit(issues: readonly ZodIssue[]): number {
  const atRoot = issues.filter((issue) => issue.path.length === 0);
  if (atRoot.some((issue) => issue.code === "invalid_type")) return 2;
  return atRoot.some((issue) => issue.code === "invalid_value") ? 1 : 0;
}

function adviceOf(params: Readonly<Record<string, unknown>> | undefined): string | null {
  const next = params?.["next"];
  return typeof next === "string" ? next : null;
}
