// The public names of @wireform/transport. Test doubles are in @wireform/transport/testing.

export { type Clock, systemClock } from "./connection/clock.js";
export { Connection } from "./connection/connection.js";
export {
  type Closed,
  type CloseReason,
  type ConnectionCode,
  ConnectionError,
  OptionError,
} from "./connection/errors.js";
export type { Counters, Observed, Observer, TransportEvent } from "./connection/observe.js";
export type { ConnectionOptions, Heartbeat, Timeouts } from "./connection/options.js";
export type { Endpoint, Port, PortSink } from "./connection/port.js";
export type { BatchOptions, UntilOptions, WaitOptions } from "./connection/reading.js";
export {
  type RequestId,
  type RequestOptions,
  Requests,
  type RequestsOptions,
  requests,
} from "./connection/requests.js";
export { decodeStream, encodeStream, type Through } from "./streams.js";
export { attach, type ConnectOptions, connect } from "./tcp/connect.js";
export type { DuplexLike, ReadableLike, WritableLike } from "./tcp/duplex.js";
export type { SocketOptions } from "./tcp/options.js";
export { type Backoff, backoffDelay, type Reconnection, type ReconnectOptions, reconnect } from "./tcp/reconnect.js";
export { type ListenOptions, listen, type PeerHandler, Server, type ServerCounters } from "./tcp/server.js";
