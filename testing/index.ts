/** `usher/testing`: what the tests of a connection type need, in this repository or in a package of its own. */
import "reflect-metadata";
export { describeConnectionType } from "./conformance/connection-type.js";
export { Flows, runExchange, type Answer } from "./conformance/exchange.js";
export { hostileClaims, hostileInput, hostileParameters, hostileText } from "./conformance/hostile-values.js";
export {
  ADDRESSES,
  makeRuntime,
  parseInput,
  URLS,
  type ConformanceSubject,
  type Configured,
  type Peer,
} from "./conformance/subject.js";
