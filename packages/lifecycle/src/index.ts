export { handover, type HandoverOptions } from "./handover.ts";
export type { ControlAddress } from "./control-settings.ts";
export type { HealthOptions } from "./health.ts";
export type { Lifecycle, LifecycleOptions } from "./lifecycle.ts";
