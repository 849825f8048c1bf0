import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Configuration } from "./configuration.ts";
import { formatDuration } from "./duration.ts";
import { parseConfiguration } from "./parse.ts";
import { renderResolved } from "./render-resolved.ts";
import { file, valid } from "./testing.ts";

describe("handover config", () => {
  it("prints every default, and of an environment what differs", () => {
    const text = file("secrets: { TOKEN: { env: API_TOKEN } }", "health: { path: /up }");
    expect(renderResolved(valid(text))).toBe(`service: api
health:
  path: /health
  interval: 2s
  timeout: 1s
  unhealthyThreshold: 2
  healthyThreshold: 3
longestRequest: 30s
stopGrace: 30s
startDeadline: 30s
drain: auto
environment: {}
secrets:
  TOKEN:
    env: API_TOKEN
rollout:
  strategy: auto
  maxUnavailable: 1
  minHealthyTime: 5s
  onFailure: halt
  progressDeadline: 5m
probe:
  - url: /
    rate: 20/s
    expect: <500
environments:
  local:
    processes:
      directory: .
      command:
        - node
        - server.js
      instances: 3
    listen: 127.0.0.1:8080
    health:
      path: /up
      interval: 2s
      timeout: 1s
      unhealthyThreshold: 2
      healthyThreshold: 3
`);
  });

  it("prints what is read again as the same configuration", () => {
    fc.assert(
      fc.property(anyFile, (contents) => {
        const first = parseConfiguration({ file: "f", text: JSON.stringify(contents) });
        if (first.kind === "invalid") throw new Error(JSON.stringify(first.diagnostics));
        const again = parseConfiguration({ file: "f", text: renderResolved(first.configuration) });
        expect(withoutPlaces(again)).toEqual(withoutPlaces(first));
      }),
      { numRuns: 300 },
    );
  });
});

/** Places are where something was written, which differs. */
function withoutPlaces(parsed: { readonly kind: string; readonly configuration?: Configuration }): unknown {
  return JSON.parse(JSON.stringify(parsed, (key, value: unknown) => (key === "place" ? undefined : value)));
}

const duration = (least: number, most: number): fc.Arbitrary<string> =>
  fc.integer({ min: least, max: most }).map((ms) => formatDuration(ms));
const optional = <T>(values: Record<string, fc.Arbitrary<T>>): fc.Arbitrary<Record<string, T | undefined>> =>
  fc.record(values, { requiredKeys: [] });
const variable = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,6}$/u).map((name) => `V_${name}`);
const secret = variable.map((name) => `S${name}`);
const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));

const settings = optional<unknown>({
  health: optional<unknown>({
    path: fc.constantFrom("/", "/health", "/up?a=b&c"),
    interval: duration(2000, 60_000),
    timeout: duration(1, 1000),
    healthyThreshold: fc.integer({ min: 1, max: 100 }),
  }),
  longestRequest: duration(1, 30_000),
  stopGrace: duration(30_000, 86_400_000),
  startDeadline: duration(1, 200_000),
  drain: fc.constantFrom("auto", "contract", { loadBalancer: true }),
  environment: fc.dictionary(
    variable,
    fc.oneof(text, fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  ),
  secrets: fc.oneof(fc.uniqueArray(secret), fc.dictionary(secret, fc.record({ env: variable }))),
  rollout: optional<unknown>({
    strategy: fc.constantFrom("auto", "start-first"),
    maxUnavailable: fc.oneof(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 100 }).map((part) => `${part}%`),
    ),
    minHealthyTime: duration(0, 60_000),
    onFailure: fc.constantFrom("halt", "rollback"),
  }),
  probe: fc.array(
    optional<unknown>({
      url: fc.constantFrom("/", "/slow?ms=2", "http://127.0.0.1:1/"),
      rate: fc.integer({ min: 1, max: 300 }).map((rate) => `${rate / 10}/s`),
      expect: fc.constantFrom("<400", "<500"),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const word = text.filter((value) => value !== "");
const environment = fc
  .tuple(
    settings,
    fc.record({
      processes: fc.record({
        command: fc.array(word, { minLength: 1, maxLength: 3 }),
        instances: fc.integer({ min: 1, max: 100 }),
      }),
      listen: fc.constantFrom("127.0.0.1:80", "[::1]:8080", "localhost:9000"),
    }),
  )
  .map(([own, rest]) => ({ ...own, ...rest }));
const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/u);
const anyFile = fc
  .tuple(
    settings,
    fc.record({
      service: label,
      environments: fc.dictionary(label, environment, { minKeys: 1, maxKeys: 3 }),
    }),
  )
  .map(([shared, rest]) => ({ ...shared, ...rest }));
