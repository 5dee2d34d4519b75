/** `usher/testing`: everything that tests of a connection type need, here or in a separate package. */
import "reflect-metadata";
import type { TestUsher, TestUsherOptions } from "./test-usher.js";
import { startTestUsher as startUsher } from "./usher.js";

export { Administrator, isSignedIn, type Attempt, type Detail, type Member } from "./administrator.js";
export { createBrowser, type Browser, type Page } from "./browser.js";
export { describeConnectionType } from "./conformance/connection-type.js";
export { Flows, runExchange, type Answer } from "./conformance/exchange.js";
export { hostileClaims, hostileInput, hostileParameters, hostileText } from "./conformance/hostile-values.js";
export { ADDRESSES, makeRuntime, parseInput, URLS } from "./conformance/subject.js";
export type { Configured, ConformanceSubject, Peer } from "./conformance/subject.js";
export type { TestUsher, TestUsherOptions } from "./test-usher.js";

/** Starts an installation in this process, on a free port. It can reach providers on 127.0.0.1 and localhost. */
export const startTestUsher: (options?: TestUsherOptions) => Promise<TestUsher> = startUsher;
