import { hostname, userInfo } from "node:os";
import { z } from "zod";
import type { LeaseToken } from "../../fleet/ids.ts";
import type { Lease } from "../../ports/lease.ts";
import { ownIdentity, type ProcessIdentity } from "../background/process-identity.ts";
import { leaseTokenSchema, takenSchema } from "../runtime/processes/protocol.ts";
import { askSupervisor, bodyAs } from "../runtime/processes-client/supervisor-request.ts";

const heldSchema = z.object({ token: leaseTokenSchema });

/**
 * The lease of a local environment, kept by its supervisor. The holder is this process (`holder` only differs in tests):
 * once it is gone, nobody waits for the lease to expire.
 */
export function localLease(
  socket: string,
  holder: Pick<ProcessIdentity, "pid" | "startTime"> = ownIdentity(),
): Lease {
  const owner = `${userName()}@${hostname()}`;
  return {
    async acquire(ttlMs, signal) {
      const { pid, startTime } = holder;
      const body = { owner, host: hostname(), pid, startTime, ttlMs };
      const answer = await askSupervisor(
        socket,
        { method: "POST", path: "/lease", body, whenGone: "HOST_UNREACHABLE", expected: [201, 409] },
        signal,
      );
      if (answer.status === 201) return { kind: "held", token: bodyAs(answer, heldSchema).token };
      const { owner: by, pid: its, heldForMs, expiresInMs } = bodyAs(answer, takenSchema).holder;
      return { kind: "taken", holder: { owner: by, pid: its, heldForMs, expiresInMs } };
    },
    async renew(token, ttlMs, signal) {
      const answer = await askSupervisor(
        socket,
        { method: "PUT", path: pathOf(token), body: { ttlMs }, whenGone: "LOST", expected: [204, 404] },
        signal,
      );
      return answer.status === 204;
    },
    async release(token, signal) {
      await askSupervisor(
        socket,
        { method: "DELETE", path: pathOf(token), whenGone: "LOST", expected: [204] },
        signal,
      );
    },
  };
}

function pathOf(token: LeaseToken): string {
  return `/lease/${encodeURIComponent(token)}`;
}

/** A user without an entry in the system's list has no name, only a number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}
