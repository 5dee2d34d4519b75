/**
 * Makes Passport strategies for an `Exchange`, and runs a strategy of a library, such as `passport-google-oauth20`, for one
 * exchange.
 */
import { Strategy } from "passport";
import type {
  Exchange,
  PostedMessage,
  PostExchange,
  ReturnExchange,
  StartExchange,
  UnsolicitedMessage,
  Verification,
} from "./exchange.js";

/** The steps of a strategy. A step refuses by throwing a `ProtocolRefusal`. Every other error is a defect. */
export interface ExchangeSteps<Verified> {
  /** Stores the flow and returns the provider's address for the redirect. */
  readonly start: (exchange: StartExchange) => Promise<string>;
  /** Uses the flow up and returns the verified message. Throws if the protocol's responses are posted. */
  readonly return: (exchange: ReturnExchange) => Promise<Verified>;
  /**
   * Returns the verified message, or a message that answers no request. Does not use the flow up or store the replay
   * note, because Usher does both afterwards. Throws if the protocol's responses come by redirect.
   */
  readonly post: (exchange: PostExchange) => Promise<PostVerification<Verified> | UnsolicitedMessage>;
}

type PostVerification<Verified> = Verification<Verified> & {
  readonly posted: PostedMessage;
};

/** The actions that an exchange uses. For each request, Passport makes an object that inherits from the strategy and has them. */
interface StrategyActions {
  redirect(url: string): void;
  success(verification: unknown): void;
  error(error: unknown): void;
}

/** Makes a strategy from its steps. The strategy stores nothing about a request, so all requests may share it. */
export function defineStrategy<Verified>(steps: ExchangeSteps<Verified>): Strategy {
  return new ExchangeStrategy(steps);
}

class ExchangeStrategy<Verified> extends Strategy {
  // Not a #private field: each request gets a child object, which has no such fields.
  constructor(private readonly steps: ExchangeSteps<Verified>) {
    super();
  }

  override authenticate(exchange: unknown): Promise<void> {
    return answerExchange(this as unknown as StrategyActions, exchange as Exchange, this.steps);
  }
}

/**
 * Runs the step of an exchange, and calls exactly one action, once: `redirect`, `success` with the step's result, or
 * `error` with the step's error. Only strategies that extend one of passport's libraries call this function themselves.
 * All others are made by `defineStrategy`.
 *
 * @param strategy the object that Passport made from the strategy for this request
 */
export async function answerExchange<Verified>(
  strategy: StrategyActions,
  exchange: Exchange,
  steps: ExchangeSteps<Verified>,
): Promise<void> {
  let answer: () => void;
  try {
    answer = await runStep(strategy, exchange, steps);
  } catch (error) {
    answer = () => strategy.error(error);
  }
  answer();
}

async function runStep<Verified>(
  strategy: StrategyActions,
  exchange: Exchange,
  steps: ExchangeSteps<Verified>,
): Promise<() => void> {
  switch (exchange.step) {
    case "start": {
      const url = await steps.start(exchange);
      return () => strategy.redirect(url);
    }
    case "return": {
      const verification: Verification<Verified> = { verified: await steps.return(exchange), posted: null };
      return () => strategy.success(verification);
    }
    case "post": {
      const result = await steps.post(exchange);
      return () => strategy.success(result);
    }
  }
}

/** What one of passport's libraries reported at the end of its run. */
export type LibraryReport =
  | { readonly kind: "redirect"; readonly url: string }
  | { readonly kind: "success"; readonly user: unknown }
  | { readonly kind: "failure"; readonly challenge: unknown };

/**
 * Runs the `authenticate` of one of passport's libraries as a promise. The libraries report through functions on the
 * strategy object. Each run has its own object, so that it cannot receive the result of another run. Only the first
 * report counts.
 *
 * @param strategy the shared strategy, which does not change
 * @param parts this run's replacements for the shared strategy's members, such as the library's HTTP client
 * @param authenticate calls the library on the run's own object
 * @throws the error that the library reported or threw
 */
export function runLibrary<Shared extends object>(
  strategy: Shared,
  parts: object,
  authenticate: (own: Shared) => void,
): Promise<LibraryReport> {
  return new Promise((resolve, reject) => {
    const actions = {
      redirect: (url: unknown) => resolve({ kind: "redirect", url: String(url) }),
      success: (user: unknown) => resolve({ kind: "success", user }),
      fail: (challenge: unknown) => resolve({ kind: "failure", challenge }),
      pass: () => resolve({ kind: "failure", challenge: "the library passed" }),
      error: reject,
    };
    // The members are defined, not assigned, because the inherited actions of the request may be read-only.
    authenticate(Object.create(strategy, Object.getOwnPropertyDescriptors({ ...actions, ...parts })) as Shared);
  });
}
