import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

/**
 * A process that is meant for good: a pid alone is reused, together with the start time and the boot it is not.
 * `startTime` is in clock ticks since the boot on Linux, and the text of `ps -o lstart=` elsewhere.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

export const processIdentitySchema: z.ZodType<ProcessIdentity> = z.object({
  pid: z.int().positive(),
  startTime: z.string().min(1),
  bootId: z.string(),
});

let boot: string | null = null;

/** Changes with every start of the machine. */
export function bootId(): string {
  boot ??=
    process.platform === "linux"
      ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
      : execFileSync("sysctl", ["-n", "kern.boottime"], { encoding: "utf8" }).trim();
  return boot;
}

/** The process that has this pid now; null when there is none, or only its unread exit status is left (a zombie). */
export function identityOf(pid: number): ProcessIdentity | null {
  const found = process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  if (found === null || found.ended) return null;
  return { pid, startTime: found.startTime, bootId: bootId() };
}

/** The identity of a child that this process started and has not waited for: known even if it has exited already. */
export function identityOfChild(pid: number): ProcessIdentity {
  const found = process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  return { pid, startTime: found?.startTime ?? "ended", bootId: bootId() };
}

export function ownIdentity(): ProcessIdentity {
  return identityOfChild(process.pid);
}

/** Whether exactly this process still runs. */
export function lives(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== null && sameProcess(now, identity);
}

export function sameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startTime === other.startTime && one.bootId === other.bootId;
}

/** `4711:88231`: pid and start time as one word. */
export function wordFor(identity: ProcessIdentity): string {
  return `${identity.pid}:${identity.startTime.replaceAll(/\s+/g, "-")}`;
}

/** Signals exactly this process; false when it has gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!lives(identity)) return false;
  return send(identity.pid, signal);
}

/**
 * Signals what is left of the process group that this process leads or led; false when nothing is. Once the leader has
 * gone, its number stays taken for as long as the group has members; if another process has the number, the group is
 * empty and nothing is sent. Signal 0 only asks.
 */
export function signalGroup(leader: ProcessIdentity, signal: NodeJS.Signals | 0): boolean {
  if (leader.bootId !== bootId()) return false;
  const now = identityOf(leader.pid);
  if (now !== null && !sameProcess(now, leader)) return false;
  return send(-leader.pid, signal);
}

/** Whether anything of a process group still runs: processes of which only the exit status is left do not. */
export function groupLives(leader: ProcessIdentity): boolean {
  if (!signalGroup(leader, 0)) return false;
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((name) => {
    const found = /^\d+$/.test(name) ? fromProc(Number(name)) : null;
    return found !== null && found.group === leader.pid && !found.ended;
  });
}

export function killGroup(leader: ProcessIdentity): void {
  signalGroup(leader, "SIGKILL");
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

interface Found {
  readonly startTime: string;
  readonly ended: boolean;
  readonly group: number | null;
}

/** Fields 3 (state), 5 (process group) and 22 (start time); field 2, the name, may itself contain blanks and brackets. */
function fromProc(pid: number): Found | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTime = fields[19];
  if (startTime === undefined) return null;
  return { startTime, ended: fields[0] === "Z" || fields[0] === "X", group: Number(fields[2]) };
}

function fromPs(pid: number): Found | null {
  try {
    const text = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    const cut = text.indexOf(" ");
    if (cut === -1) return null;
    return { startTime: text.slice(cut).trim(), ended: text.startsWith("Z"), group: null };
  } catch {
    return null;
  }
}
