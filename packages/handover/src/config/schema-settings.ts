import * as z from "zod";
import type { Milliseconds } from "../fleet/time.ts";
import type { DrainChoice } from "./configuration.ts";
import { DEFAULTS } from "./defaults.ts";
import { DURATION_PATTERN, formatDuration, readDuration, readDurationOrZero } from "./duration.ts";
import type { ProbeInFile, SettingsInFile } from "./file-contents.ts";
import { leaf, nameKey } from "./leaf.ts";
import { formatMaxUnavailable, readMaxUnavailable } from "./max-unavailable.ts";
import { readSecretName, readVariable, readVariableValue, readWhole, VARIABLE_PATTERN } from "./names.ts";
import { formatExpect, formatRate, readExpect, readPath, readProbeUrl, readRate } from "./probe-values.ts";

/** What can stand at the top of the file and in each environment. */
export type SettingsShape = {
  readonly [Key in keyof SettingsInFile]-?: z.ZodExactOptional<z.ZodType<NonNullable<SettingsInFile[Key]>>>;
};

const { health, rollout, probe } = DEFAULTS;

const healthSchema = z
  .strictObject({
    path: leaf(readPath, {
      description: "The path that is asked; a status from 200 to 399 passes.",
      type: "string",
      pattern: "^/",
      preset: health.path,
    }).exactOptional(),
    interval: duration("Time between the starts of two checks.", health.intervalMs),
    timeout: duration(
      "A check without an answer after this long has failed. At most `interval`.",
      health.timeoutMs,
    ),
    unhealthyThreshold: threshold(
      "Failed checks in a row that take an instance out of rotation.",
      health.unhealthyThreshold,
    ),
    healthyThreshold: threshold("Passed checks in a row that bring it in.", health.healthyThreshold),
  })
  .meta({ description: "How the load balancer checks the health of the instances." });

const drainSchema = z
  .union([
    z.enum(["auto", "contract"]).transform((kind): DrainChoice => ({ kind })),
    z
      .strictObject({ loadBalancer: z.literal(true) })
      .transform((): DrainChoice => ({ kind: "loadBalancer" })),
  ])
  .meta({
    description:
      "How an instance leaves rotation while it goes on serving. `auto`: the control contract where the service offers it, else the load balancer where it can be told, else the deploy is refused. `contract`: only the control contract. `{ loadBalancer: true }`: only the load balancer.",
    preset: DEFAULTS.drain.kind,
  });

const variablesSchema = z
  .record(
    nameKey(readVariable, VARIABLE_PATTERN),
    leaf(readVariableValue, {
      description: "The variable's value, as it is written.",
      type: ["string", "number", "boolean"],
    }),
  )
  .meta({
    description:
      "Environment variables of the instances. `PORT` and names that begin with `HANDOVER_` are set by Handover.",
    preset: {},
  });

const secretsSchema = z
  .union([
    z
      .array(
        leaf(readSecretName, { description: "A secret's name.", type: "string", pattern: VARIABLE_PATTERN }),
      )
      .transform((names) => Object.fromEntries(names.map((name) => [name, name]))),
    z.record(
      nameKey(readVariable, VARIABLE_PATTERN),
      z
        .strictObject({
          env: leaf(readSecretName, {
            description: "The variable of the environment of `handover` that has its value.",
            type: "string",
            pattern: VARIABLE_PATTERN,
          }),
        })
        .transform((source) => source.env),
    ),
  ])
  .meta({
    description:
      "Names of environment variables of the instances whose values never stand in this file: they come from the environment of `handover`, under the same name (`[DATABASE_URL]`) or another (`{ DATABASE_URL: { env: STAGING_DATABASE_URL } }`).",
    preset: [],
  });

const rolloutSchema = z
  .strictObject({
    strategy: z
      .enum(["auto", "start-first", "stop-first"])
      .meta({
        description:
          "Whether the new instance starts beside the old one or in its place. `auto`: beside it, as ports of this machine are free.",
        preset: rollout.strategy,
      })
      .exactOptional(),
    maxUnavailable: leaf(readMaxUnavailable, {
      description:
        "How many instances may be out of rotation at a time: a count, or a percentage, rounded down to at least 1.",
      type: ["integer", "string"],
      minimum: 1,
      pattern: "^[0-9]{1,3}%$",
      preset: formatMaxUnavailable(rollout.maxUnavailable),
    }).exactOptional(),
    minHealthyTime: leaf(readDurationOrZero, {
      description: "How long a new instance must stay healthy in rotation before the next is touched.",
      type: "string",
      pattern: DURATION_PATTERN,
      preset: formatDuration(rollout.minHealthyTimeMs),
    }).exactOptional(),
    onFailure: z
      .enum(["halt", "rollback"])
      .meta({
        description:
          "After a failure: leave the instances that were replaced already (`halt`), or return them to the release before (`rollback`).",
        preset: rollout.onFailure,
      })
      .exactOptional(),
    progressDeadline: duration(
      "A deploy in which no instance became healthy for this long has failed.",
      rollout.progressDeadlineMs,
    ),
  })
  .meta({ description: "How careful a deploy is on its way." });

const probeFields: z.ZodType<ProbeInFile> = z
  .strictObject({
    url: leaf(readProbeUrl, {
      description: "A path, asked through the load balancer, or a URL on loopback.",
      type: "string",
      preset: probe.url,
    }).exactOptional(),
    rate: leaf(readRate, {
      description: "Requests a second, at most 2000 over all probes.",
      type: "string",
      pattern: "^[0-9]+(\\.[0-9]+)?/s$",
      preset: formatRate(probe.ratePerSecond),
    }).exactOptional(),
    expect: leaf(readExpect, {
      description: "Answers with a status below this are good.",
      type: "string",
      pattern: "^< *[0-9]{3}$",
      preset: formatExpect(probe.failFromStatus),
    }).exactOptional(),
  })
  .meta({ description: "One kind of request that is sent while a deploy runs." });

const probeSchema = z.union([probeFields, z.array(probeFields).min(1, { error: "has no probe" })]).meta({
  description: "Requests that measure what users see during a deploy: one kind, or a list of kinds.",
});

/** The settings' keys, in the order in which they are printed and documented. */
export const settingsShape: SettingsShape = {
  health: healthSchema.exactOptional(),
  longestRequest: duration(
    "How long a request may take. After this time out of rotation an instance is stopped even if something is still in flight.",
    DEFAULTS.longestRequestMs,
  ),
  stopGrace: duration(
    "How long an instance may take to end after it was told to stop. At least `longestRequest`, which is the default.",
    null,
  ),
  startDeadline: duration(
    "How long a new instance may take until its health path passes.",
    DEFAULTS.startDeadlineMs,
  ),
  drain: drainSchema.exactOptional(),
  environment: variablesSchema.exactOptional(),
  secrets: secretsSchema.exactOptional(),
  rollout: rolloutSchema.exactOptional(),
  probe: probeSchema.exactOptional(),
};

function duration(
  description: string,
  presetMs: Milliseconds | null,
): z.ZodExactOptional<z.ZodType<Milliseconds>> {
  const preset = presetMs === null ? {} : { preset: formatDuration(presetMs) };
  return leaf(readDuration, {
    description,
    type: "string",
    pattern: DURATION_PATTERN,
    ...preset,
  }).exactOptional();
}

function threshold(description: string, preset: number): z.ZodExactOptional<z.ZodType<number>> {
  return leaf(readWhole(1, 100), {
    description,
    type: "integer",
    minimum: 1,
    maximum: 100,
    preset,
  }).exactOptional();
}
