import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from "undici";
import { guardedConnector, guardedLookup, refusalOfHost } from "./address-guard.js";
import type { HttpOptions } from "./options.js";

/** Milliseconds an idle connection is kept for the next request. */
const keepAliveTimeout = 30_000;
/** Milliseconds; operating systems give up opening a connection before. */
const longestConnect = 300_000;

/** What sends requests. `timeout`: that of an attempt. `atOnce`: attempts to one origin. */
export function createAgent(options: HttpOptions, timeout: number, atOnce: number): Dispatcher {
  const { network = "private", tls = {}, http2 = false, proxy } = options;
  // The attempt's one time limit is core's; undici's own would only add others to it. Only a connection that is being
  // opened cannot be aborted: it ends by itself, later than the attempt.
  const connectTimeout = Math.min(timeout, longestConnect) + 1_000;
  const limits = { keepAliveTimeout, connectTimeout, headersTimeout: 0, bodyTimeout: 0, allowH2: http2 };
  const lookup = guardedLookup(network);
  const connect = guardedConnector(
    network,
    buildConnector({ ...tls, allowH2: http2, timeout: connectTimeout, lookup }),
  );
  // A connection rests for a turn of the event loop after each response. To wait for it is cheaper than to have twice as
  // many; one that cannot be opened is in the way for a second longer than its attempt. A proxy serves all origins.
  const connections = Number.isFinite(atOnce) ? atOnce : null;
  if (proxy === undefined) return new Agent({ ...limits, connect, connections });
  // A proxy is connected to as it is configured. It looks names up itself, so that only addresses can be refused here.
  const proxied = { ...limits, connect, requestTls: tls, proxyTunnel: false };
  const agent =
    proxy === "environment"
      ? new EnvHttpProxyAgent(proxied)
      : new ProxyAgent({ ...proxied, uri: proxy.toString() });
  return agent.compose((dispatch) => (request, handler) => {
    const error = refusalOfHost(new URL(String(request.origin)).hostname, network);
    if (error) throw error;
    return dispatch(request, handler);
  });
}
