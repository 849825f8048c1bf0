/** How many requests there were, and what became of them. Counted since the balancer started; `RequestCounts` tells each. */
export interface RequestTally {
  total: number;
  repeated: number;
  noServer: number;
  failed: number;
}

export function emptyTally(): RequestTally {
  return { total: 0, repeated: 0, noServer: 0, failed: 0 };
}
