/** Each request runs a strategy on its own child, so that an outcome reaches only its own request. */
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { Strategy } from "passport";
import type { Exchange, Verification } from "../../src/connection/contract/index.js";
import { readParameters } from "../../src/sign-in/read-parameters.js";
import { runStrategy } from "../../src/sign-in/run-strategy.js";

/** The methods that passport, and here `runStrategy`, adds to a strategy for one request. */
interface Actions {
  success(verification: unknown): void;
  redirect(url: string): void;
  fail(challenge?: unknown, status?: number): void;
  pass(): void;
  error(error: unknown): void;
}

type Act = (self: Actions, exchange: Exchange) => unknown;

/** A strategy that does what the test defines. */
class ScriptedStrategy extends Strategy {
  constructor(private readonly act: Act) {
    super();
  }

  override authenticate(request: unknown): unknown {
    return this.act(this as unknown as Actions, request as Exchange);
  }
}

const START: Exchange = {
  step: "start",
  loginHint: null,
  forceAuthentication: false,
  chooseAccount: false,
  keep: async () => "state",
};
const run = (act: Act, timeoutMs?: number) => runStrategy(new ScriptedStrategy(act), START, timeoutMs);
const verified = (name: string): Verification<unknown> => ({ verified: name, posted: null });
const succeed = (self: Actions, name: string) => self.success(verified(name));

describe("running a strategy", () => {
  it("gives each of 100 interleaved runs its own result, on one shared strategy", async () => {
    const shared = new ScriptedStrategy((self, exchange) => {
      const name = (exchange as Extract<Exchange, { step: "start" }>).loginHint ?? "";
      // The outcomes come in a different order and through callbacks, as in passport's strategies.
      setTimeout(() => succeed(self, name), (Number(name) * 37) % 50);
    });
    const names = Array.from({ length: 100 }, (_, index) => String(index));
    const outcomes = await Promise.all(names.map((loginHint) => runStrategy(shared, { ...START, loginHint }, 3_000)));
    expect(outcomes).toEqual(names.map((name) => ({ kind: "verified", verification: verified(name) })));
    expect(Object.keys(shared)).toEqual(["act"]);
  });

  it("returns a redirect and a verification", async () => {
    expect(await run((self) => self.redirect("https://id.example/"))).toEqual({
      kind: "redirect",
      url: "https://id.example/",
    });
    expect(await run((self) => succeed(self, "ada"))).toEqual({ kind: "verified", verification: verified("ada") });
  });

  it.each<[string, Act, string]>([
    ["pass", (self) => self.pass(), "called pass"],
    ["fail with a reason", (self) => self.fail("no", 401), "the strategy failed: no"],
    ["fail with an object", (self) => self.fail({ message: "no" }, 401), 'the strategy failed: {"message":"no"}'],
    ["fail without a reason", (self) => self.fail(), "the strategy failed: without a reason"],
    ["error", (self) => self.error(new Error("broken")), "broken"],
    ["an error that is not an Error", (self) => self.error("broken"), "the strategy failed: broken"],
    ["thrown error", () => { throw new Error("thrown"); }, "thrown"], // prettier-ignore
    ["rejected promise", async () => { throw new Error("rejected"); }, "rejected"], // prettier-ignore
    ["late rejection", async () => { await pause(5); throw new Error("late"); }, "late"], // prettier-ignore
  ])("fails at %s", async (_name, act, message) => {
    await expect(run(act, 3_000)).rejects.toThrow(message);
  });

  it("counts the first action only", async () => {
    const first = await run((self) => {
      succeed(self, "first");
      succeed(self, "second");
      self.error(new Error("third"));
      throw new Error("fourth");
    });
    expect(first).toEqual({ kind: "verified", verification: verified("first") });
    await expect(
      run((self) => {
        self.error(new Error("first"));
        succeed(self, "second");
      }),
    ).rejects.toThrow("first");
  });

  it("ends a run that never answers, and ignores its later actions", async () => {
    let late: (() => void) | null = null;
    const running = run((self) => {
      late = () => succeed(self, "late");
    }, 20);
    const given = pause(3_000, "still running", { ref: false });
    await expect(Promise.race([running, given])).rejects.toMatchObject({ code: "SIGN_IN_TIMED_OUT", status: 504 });
    late!();
    await expect(running).rejects.toMatchObject({ code: "SIGN_IN_TIMED_OUT" });
  });
});

describe("the parameters of an answer", () => {
  it("are single strings of bounded length, in an object without a prototype", () => {
    const parameters = readParameters({ state: "a", code: "b", "x[y]": "c" });
    expect({ ...parameters }).toEqual({ state: "a", code: "b", "x[y]": "c" });
    expect(parameters["constructor"]).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ["a repeated parameter", { state: ["a", "b"] }],
    ["a nested parameter", { state: { a: "b" } }],
    ["an overlong value", { code: "x".repeat(16_385) }],
    ["too many parameters", Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`p${index}`, "x"]))],
  ])("refuses %s", (_name, query) => {
    expect(() => readParameters(query)).toThrow(expect.objectContaining({ code: "SIGN_IN_PARAMETERS_INVALID" }));
  });
});
