import { z } from "zod";
import type { DrainRef } from "../../../fleet/drain-state.ts";
import {
  leaseToken,
  releaseName,
  runId,
  type LeaseToken,
  type ReleaseName,
  type RunId,
} from "../../../fleet/ids.ts";
import type { SlotKey, SlotName } from "../../../fleet/instance.ts";
import type { FailedStart, SlotContent } from "../../../fleet/slot-content.ts";
import type { Milliseconds } from "../../../fleet/time.ts";

/**
 * What travels over the supervisor's control socket, parsed on both sides.
 * The requests and answers are described in `docs/local-environment.md`.
 */
const ms = z.number().nonnegative();
const name = z.string().regex(/^[\w.-]+$/);
const slotName = z.enum(["a", "b"]);
const token: z.ZodType<LeaseToken> = z.string().min(1).transform(leaseToken);
const release: z.ZodType<ReleaseName> = z.string().min(1).transform(releaseName);
const run: z.ZodType<RunId> = z.string().min(1).transform(runId);

export const slotKeySchema: z.ZodType<SlotKey> = z.templateLiteral([name, "/", slotName]);
export const leaseTokenSchema: z.ZodType<LeaseToken> = token;
export const releaseNameSchema: z.ZodType<ReleaseName> = release;

/** What is run, without what may be secret: this much may be written down. */
export interface BareSpec {
  readonly release: ReleaseName;
  readonly directory: string;
  /** The program and its arguments; never a shell's line. */
  readonly command: readonly [string, ...string[]];
  readonly health: { readonly path: string; readonly timeoutMs: Milliseconds };
  readonly startDeadlineMs: Milliseconds;
  readonly stopGraceMs: Milliseconds;
  readonly longestRequestMs: Milliseconds;
}

/** What is run, with the opened secrets in its environment: only ever in memory. */
export interface Spec extends BareSpec {
  readonly environment: Readonly<Record<string, string>>;
}

const bare = {
  release,
  directory: z.string().startsWith("/"),
  command: z.tuple([z.string().min(1)], z.string()),
  health: z.strictObject({ path: z.string().startsWith("/"), timeoutMs: ms }),
  startDeadlineMs: ms,
  stopGraceMs: ms,
  longestRequestMs: ms,
};
export const bareSpecSchema: z.ZodType<BareSpec> = z.object(bare);
export const specSchema: z.ZodType<Spec> = z.strictObject({
  ...bare,
  environment: z.record(z.string(), z.string()),
});

export const drainRefSchema: z.ZodType<DrainRef> = z.object({
  via: z.enum(["service", "balancer"]),
  id: z.string().min(1),
  at: z.string().min(1),
});

export interface StartRequest {
  readonly token: LeaseToken;
  readonly notAfterMs: Milliseconds;
  readonly slot: SlotKey;
  readonly spec: Spec;
}

export interface StopRequest {
  readonly token: LeaseToken;
  readonly notAfterMs: Milliseconds;
  readonly slot: SlotKey;
  readonly run: RunId | null;
  readonly drains: readonly DrainRef[];
}

export interface SwapRequest extends StopRequest {
  readonly spec: Spec;
}

const guard = { token, notAfterMs: ms, slot: slotKeySchema };
const aim = { run: run.nullable(), drains: z.array(drainRefSchema) };
export const startSchema: z.ZodType<StartRequest> = z.strictObject({ ...guard, spec: specSchema });
export const stopSchema: z.ZodType<StopRequest> = z.strictObject({ ...guard, ...aim });
export const swapSchema: z.ZodType<SwapRequest> = z.strictObject({ ...guard, ...aim, spec: specSchema });

export interface LeaseRequest {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly startTime: string;
  readonly ttlMs: Milliseconds;
}

export const leaseRequestSchema: z.ZodType<LeaseRequest> = z.strictObject({
  owner: z.string(),
  host: z.string(),
  pid: z.int().positive(),
  startTime: z.string(),
  ttlMs: ms,
});
export const ttlSchema: z.ZodType<{ readonly ttlMs: Milliseconds }> = z.strictObject({ ttlMs: ms });
export const tokenSchema: z.ZodType<{ readonly token: LeaseToken }> = z.strictObject({ token });

export const logsSchema: z.ZodType<{ readonly slot: SlotKey; readonly lines: number }> = z.strictObject({
  slot: slotKeySchema,
  lines: z.int().positive().max(100_000),
});
export const logLinesSchema: z.ZodType<{ readonly lines: readonly string[] }> = z.object({
  lines: z.array(z.string()),
});

export interface Declaration {
  readonly id: string;
  readonly slots: readonly SlotName[];
}

export const declareSchema: z.ZodType<{
  readonly token: LeaseToken;
  readonly instances: readonly Declaration[];
}> = z.strictObject({
  token,
  instances: z.array(z.strictObject({ id: name, slots: z.array(slotName).min(1) })),
});

export interface SlotAddress {
  readonly slot: SlotKey;
  readonly host: string;
  readonly port: number;
}

export const slotAddressesSchema: z.ZodType<{ readonly slots: readonly SlotAddress[] }> = z.object({
  slots: z.array(z.object({ slot: slotKeySchema, host: z.string(), port: z.number() })),
});

export interface HolderView {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly heldForMs: Milliseconds;
  readonly expiresInMs: Milliseconds;
}

const holder: z.ZodType<HolderView> = z.object({
  owner: z.string(),
  host: z.string(),
  pid: z.number(),
  heldForMs: z.number(),
  expiresInMs: z.number(),
});
export const takenSchema: z.ZodType<{ readonly holder: HolderView }> = z.object({ holder });

const forMs = z.number();
const restarts = z.number();
const contentSchema: z.ZodType<SlotContent> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("empty") }),
  z.object({ kind: z.literal("starting"), release, run, forMs }),
  z.object({ kind: z.literal("running"), release, run, forMs, startUpMs: z.number(), restarts }),
  z.object({ kind: z.literal("exited"), release, why: z.string(), restarts }),
  z.object({ kind: z.literal("stopping"), release, run, forMs }),
  z.object({ kind: z.literal("swapping"), from: release, to: release, forMs }),
]);

export const failureSchema: z.ZodType<FailedStart> = z.object({
  release,
  by: token,
  why: z.string(),
  log: z.array(z.string()),
});

export interface SlotView {
  readonly slot: SlotKey;
  readonly address: string;
  readonly control: { readonly address: string; readonly token: string } | null;
  readonly content: SlotContent;
  readonly failure: FailedStart | null;
  readonly orderedBy: LeaseToken | null;
  readonly previous: ReleaseName | null;
}

export interface SupervisorState {
  readonly pid: number;
  readonly generation: string;
  readonly lease: HolderView | null;
  readonly slots: readonly SlotView[];
}

export const stateSchema: z.ZodType<SupervisorState> = z.object({
  pid: z.number(),
  generation: z.string(),
  lease: holder.nullable(),
  slots: z.array(
    z.object({
      slot: slotKeySchema,
      address: z.string(),
      control: z.object({ address: z.string(), token: z.string() }).nullable(),
      content: contentSchema,
      failure: failureSchema.nullable(),
      orderedBy: token.nullable(),
      previous: release.nullable(),
    }),
  ),
});
