/** Requests to a provider through the fetch that Usher passes in, for every protocol. */
export { requestText, type Fetch, type RequestFailure, type TextAnswer, type TextRequest } from "./request-text.js";
