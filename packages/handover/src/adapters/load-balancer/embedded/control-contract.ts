import { z } from "zod";
import type { SlotKey } from "../../../fleet/instance.ts";
import type { Milliseconds } from "../../../fleet/time.ts";
import type { HealthSettings } from "../../../health/settings.ts";

/**
 * What travels over the embedded load balancer's control socket, for both of its ends: `docs/local-environment.md`.
 */

export interface SlotAddress {
  readonly slot: SlotKey;
  readonly host: string;
  readonly port: number;
}

export interface TableOrder {
  readonly health: HealthSettings;
  readonly slots: readonly SlotAddress[];
}

export interface DrainOrder extends LeaseOrder {
  readonly slot: SlotKey;
  readonly by: string;
}

export interface LeaseOrder {
  /** null: until it is ended. */
  readonly leaseMs: Milliseconds | null;
}

export interface AdmitOrder {
  readonly slot: SlotKey;
}

export interface BalancerState {
  readonly pid: number;
  readonly generation: string;
  readonly listen: string;
  /** Each slot has been judged by its checks at least once since the start. Before that, out says nothing. */
  readonly warm: boolean;
  /** null until a table was declared. */
  readonly health: HealthSettings | null;
  readonly slots: readonly BalancedSlot[];
  readonly requests: RequestCounts;
}

export interface BalancedSlot {
  readonly slot: SlotKey;
  readonly address: string;
  readonly in: boolean;
  readonly forMs: Milliseconds;
  readonly inFlight: number;
  readonly check: {
    readonly passing: boolean;
    readonly count: number;
    readonly healthy: boolean;
    /** null before the first check. */
    readonly lastAgoMs: Milliseconds | null;
    readonly lastWhy: string | null;
  };
  readonly drain: BalancerDrain | null;
}

export interface BalancerDrain extends LeaseOrder {
  readonly id: string;
  readonly by: string;
  readonly forMs: Milliseconds;
}

export interface RequestCounts {
  /** All that were received, upgrades included. */
  readonly total: number;
  /** Sent a second time, because their kept-alive connection to the slot turned out closed. */
  readonly repeated: number;
  /** Answered 503: no slot was in rotation. */
  readonly noServer: number;
  /** Answered 502, or cut off because the slot died in mid-body. */
  readonly failed: number;
}

const slot: z.ZodType<SlotKey> = z.templateLiteral([z.string().min(1), "/", z.enum(["a", "b"])]);
const count = z.int().nonnegative();
const age = z.number().nonnegative();

/** Node's timers hold no more than 2^31 - 1 ms. */
const duration = z.number().positive().max(2_147_483_647);
const lease = duration.nullable();

const health: z.ZodType<HealthSettings> = z.strictObject({
  path: z.string().regex(/^\/[\x21-\x7e]*$/, "a path starts with / and has no spaces"),
  intervalMs: duration,
  timeoutMs: duration,
  unhealthyThreshold: z.int().positive(),
  healthyThreshold: z.int().positive(),
});

export const tableOrder: z.ZodType<TableOrder> = z.strictObject({
  health,
  slots: z
    .array(z.strictObject({ slot, host: z.string().min(1), port: z.int().min(1).max(65_535) }))
    .refine(
      (slots) => new Set(slots.map((each) => each.slot)).size === slots.length,
      "a slot is named twice",
    ),
});

export const drainOrder: z.ZodType<DrainOrder> = z.strictObject({
  slot,
  by: z.string().min(1).max(200),
  leaseMs: lease,
});

export const leaseOrder: z.ZodType<LeaseOrder> = z.strictObject({ leaseMs: lease });

export const admitOrder: z.ZodType<AdmitOrder> = z.strictObject({ slot });

/** Objects of an answer may have more keys: a newer balancer tells more. */
export const balancerState: z.ZodType<BalancerState> = z.object({
  pid: z.int().positive(),
  generation: z.string(),
  listen: z.string(),
  warm: z.boolean(),
  health: health.nullable(),
  slots: z.array(
    z.object({
      slot,
      address: z.string(),
      in: z.boolean(),
      forMs: age,
      inFlight: count,
      check: z.object({
        passing: z.boolean(),
        count,
        healthy: z.boolean(),
        lastAgoMs: age.nullable(),
        lastWhy: z.string().nullable(),
      }),
      drain: z.object({ id: z.string(), by: z.string(), forMs: age, leaseMs: age.nullable() }).nullable(),
    }),
  ),
  requests: z.object({ total: count, repeated: count, noServer: count, failed: count }),
});
