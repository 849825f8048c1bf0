/** The configuration of one's own service, in ten lines: what README and reference show. */
export const EXAMPLE = `service: api
health: { path: /health, interval: 2s, timeout: 1s }
longestRequest: 30s
environment: { NODE_ENV: production }
rollout: { maxUnavailable: 1, minHealthyTime: 5s }
probe: { url: /, rate: 20/s }
environments:
  local:
    processes: { directory: ., command: node server.js, instances: 3 }
    listen: 127.0.0.1:8080
`;
