/** Requests to a provider over the lent fetch, for every protocol. */
export { requestText, type Fetch, type RequestFailure, type TextAnswer, type TextRequest } from "./request-text.js";
