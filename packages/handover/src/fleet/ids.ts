import type { Brand } from "./brand.ts";

/** The name of an instance, which stays over all releases: `api-1`. */
export type InstanceId = Brand<"InstanceId">;
/** The name of a host: an address, a droplet's name, or `this machine`. */
export type HostId = Brand<"HostId">;
/** The name of a release: `sha-1a2b3c4.9f02`. */
export type ReleaseName = Brand<"ReleaseName">;
/** One load balancer, and one node of it: `embedded`, `10.0.0.10`. */
export type BalancerId = Brand<"BalancerId">;
/** One run of an instance: changes with every start (pid and start time, or container id and start time). */
export type RunId = Brand<"RunId">;
/** Proof that a deploy holds the lease; compared by every host before it changes anything. */
export type LeaseToken = Brand<"LeaseToken">;

export const instanceId = (text: string): InstanceId => text as InstanceId;
export const hostId = (text: string): HostId => text as HostId;
export const releaseName = (text: string): ReleaseName => text as ReleaseName;
export const balancerId = (text: string): BalancerId => text as BalancerId;
export const runId = (text: string): RunId => text as RunId;
export const leaseToken = (text: string): LeaseToken => text as LeaseToken;
