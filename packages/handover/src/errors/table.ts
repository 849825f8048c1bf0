export type ErrorCode =
  | "CONFIG_NOT_FOUND"
  | "CONFIG_UNREADABLE"
  | "CONFIG_SYNTAX"
  | "CONFIG_INVALID"
  | "CONFIG_CONTRADICTION"
  | "USAGE"
  | "SECRET_MISSING"
  | "RELEASE_UNKNOWN"
  | "LEASE_HELD"
  | "REFUSED"
  | "HOST_UNREACHABLE"
  | "ORDER_REFUSED"
  | "RELEASE_FAILED"
  | "LOST"
  | "INTERNAL";

/** Every error that a user can meet: its title and exit status. `docs/errors.md` has a heading for each code. */
export const ERRORS: Readonly<Record<ErrorCode, { readonly title: string; readonly exit: number }>> = {
  CONFIG_NOT_FOUND: { title: "There is no configuration file", exit: 2 },
  CONFIG_UNREADABLE: { title: "The configuration file cannot be read", exit: 2 },
  CONFIG_SYNTAX: { title: "The configuration file is not valid YAML", exit: 2 },
  CONFIG_INVALID: { title: "The configuration does not fit", exit: 2 },
  CONFIG_CONTRADICTION: { title: "The configuration contradicts itself", exit: 2 },
  USAGE: { title: "The command was not understood", exit: 2 },
  SECRET_MISSING: { title: "A secret is missing", exit: 2 },
  RELEASE_UNKNOWN: { title: "No such release is kept", exit: 2 },
  LEASE_HELD: { title: "Another deploy is under way", exit: 3 },
  REFUSED: { title: "A promise could not be kept", exit: 3 },
  HOST_UNREACHABLE: { title: "A host cannot be reached", exit: 3 },
  ORDER_REFUSED: { title: "The host refused an order", exit: 5 },
  RELEASE_FAILED: { title: "The new release failed", exit: 1 },
  LOST: { title: "Something else was lost", exit: 5 },
  INTERNAL: { title: "Handover itself failed", exit: 5 },
};
