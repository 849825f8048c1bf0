import { z } from "zod";
import type { DrainRef } from "../../../fleet/drain-state.ts";
import type { LeaseToken, ReleaseName } from "../../../fleet/ids.ts";
import type { SlotKey } from "../../../fleet/instance.ts";
import type { FailedStart } from "../../../fleet/slot-content.ts";
import type { Instant, Milliseconds } from "../../../fleet/time.ts";
import { processIdentitySchema, type ProcessIdentity } from "../../background/process-identity.ts";
import {
  bareSpecSchema,
  drainRefSchema,
  failureSchema,
  leaseTokenSchema,
  releaseNameSchema,
  slotKeySchema,
  type BareSpec,
} from "./protocol.ts";

/**
 * What is written down of one slot (`instances/`), before the first effect of every step: whoever comes after a killed
 * supervisor finishes or undoes the step from this and from the processes that it finds. Never a secret.
 */
export interface SlotRecord {
  readonly slot: SlotKey;
  readonly failure: FailedStart | null;
  readonly orderedBy: LeaseToken | null;
  readonly previous: ReleaseName | null;
  /** The control address of a process that is about to be started, whose pid nobody has seen yet. */
  readonly launching: string | null;
  readonly holding: HoldingRecord;
}

export interface RunRecord {
  readonly identity: ProcessIdentity;
  readonly spec: BareSpec;
  /** On the machine's clock, which means something for as long as the boot of `identity` lasts. */
  readonly startedAt: Instant;
  readonly logFrom: number;
}

export type HoldingRecord =
  | { readonly kind: "empty" }
  | {
      readonly kind: "starting";
      /** null for the moment before its process exists. */
      readonly run: RunRecord | null;
      readonly spec: BareSpec;
      /** Which deploy ordered it; null when it is started again after an exit. */
      readonly by: LeaseToken | null;
      readonly restarts: number;
      readonly since: Instant;
    }
  | {
      readonly kind: "running";
      readonly run: RunRecord;
      readonly startUpMs: Milliseconds;
      readonly restarts: number;
      readonly since: Instant;
    }
  | {
      readonly kind: "exited";
      readonly spec: BareSpec;
      readonly why: string;
      readonly restarts: number;
      readonly envelope: ProcessIdentity | null;
    }
  | {
      readonly kind: "stopping";
      readonly run: RunRecord;
      readonly drains: readonly DrainRef[];
      readonly since: Instant;
    }
  | {
      readonly kind: "swapping";
      readonly by: LeaseToken;
      /** What ran before and is put back if the new one fails; `run` is null once it is known to have gone. */
      readonly from: {
        readonly spec: BareSpec;
        readonly run: RunRecord | null;
        readonly envelope: ProcessIdentity | null;
      };
      readonly to: BareSpec;
      /** The process under way: of the new release, or of the old one once that is being put back. */
      readonly next: RunRecord | null;
      readonly puttingBack: boolean;
      readonly since: Instant;
    };

const instant = z.number();
const run: z.ZodType<RunRecord> = z.object({
  identity: processIdentitySchema,
  spec: bareSpecSchema,
  startedAt: instant,
  logFrom: z.number(),
});
const spec = bareSpecSchema;
const restarts = z.number();
const envelope = processIdentitySchema.nullable();

export const slotRecordSchema: z.ZodType<SlotRecord> = z.object({
  slot: slotKeySchema,
  failure: failureSchema.nullable(),
  orderedBy: leaseTokenSchema.nullable(),
  previous: releaseNameSchema.nullable(),
  launching: z.string().nullable(),
  holding: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("empty") }),
    z.object({
      kind: z.literal("starting"),
      run: run.nullable(),
      spec,
      by: leaseTokenSchema.nullable(),
      restarts,
      since: instant,
    }),
    z.object({ kind: z.literal("running"), run, startUpMs: z.number(), restarts, since: instant }),
    z.object({ kind: z.literal("exited"), spec, why: z.string(), restarts, envelope }),
    z.object({ kind: z.literal("stopping"), run, drains: z.array(drainRefSchema), since: instant }),
    z.object({
      kind: z.literal("swapping"),
      by: leaseTokenSchema,
      from: z.object({ spec, run: run.nullable(), envelope }),
      to: spec,
      next: run.nullable(),
      puttingBack: z.boolean(),
      since: instant,
    }),
  ]),
});
