/** Sign-in checks that a verified answer consumed its flow, because a connection type may forget it. */
import { describe, expect, it } from "@jest/globals";
import { Strategy } from "passport";
import type { Exchange, PendingFlow, Verification } from "../../src/connection/contract/index.js";
import type { OpenedConnection } from "../../src/connection/opened-connections.js";
import type { PostedFlow } from "../../src/sign-in/flow/keep-flow.js";
import { describePerson, verifyPost, verifyReturn } from "../../src/sign-in/verify.js";

type Succeed = (verification: Verification<unknown>) => void;
type Of<Step> = Extract<Exchange, { step: Step }>;

/** An opened connection whose strategy does what the test defines. */
function opened(act: (exchange: any, succeed: Succeed) => unknown): OpenedConnection {
  // any: each test takes the exchange of the step that it is about
  class Scripted extends Strategy {
    override authenticate(exchange: unknown): unknown {
      return act(exchange, (verification) => (this as unknown as { success: Succeed }).success(verification));
    }
  }
  return { type: { id: "made-up" }, strategy: new Scripted() } as unknown as OpenedConnection;
}

/** A flow that one caller can consume. `taken` means that a different caller has consumed it. */
function pendingFlow(taken = false): PendingFlow {
  let isTaken = taken;
  const consume = async () => {
    // A database also takes several turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    return !isTaken && (isTaken = true);
  };
  return { requestId: null, secrets: {}, startedAt: new Date(), consume };
}

const VERIFIED = { verified: "ada", posted: null };

describe("an answer that came by redirect", () => {
  const verify = (act: (exchange: Of<"return">, succeed: Succeed) => unknown, taken = false) =>
    verifyReturn(
      opened(act),
      { pending: pendingFlow(taken), returnTo: null, steps: [], testReference: null, trustVersion: 1 },
      { state: "state" },
    );
  const DEFECT = "the connection type made-up verified an answer without consuming its flow";

  it("is accepted when the strategy consumed the flow", async () => {
    const verifying = verify(async ({ flow }, succeed) => {
      await flow.consume();
      succeed(VERIFIED);
    });
    expect(await verifying).toEqual(VERIFIED);
  });

  it("is a defect when the strategy forgets the flow", async () => {
    await expect(verify((_, succeed) => succeed(VERIFIED))).rejects.toThrow(DEFECT);
  });

  it("is a defect when the strategy ignores that another request consumed the flow first", async () => {
    const verifying = verify(async ({ flow }, succeed) => {
      await flow.consume();
      succeed(VERIFIED);
    }, true);
    await expect(verifying).rejects.toThrow(DEFECT);
  });

  it("is a defect when the strategy answers before the flow is consumed", async () => {
    const verifying = verify(({ flow }, succeed) => {
      const using = flow.consume();
      succeed(VERIFIED);
      return using;
    });
    await expect(verifying).rejects.toThrow(DEFECT);
  });
});

describe("an answer that was posted", () => {
  const flows = new Map(
    ["a", "b"].map((name): [string, PostedFlow] => [
      name,
      {
        pending: pendingFlow(),
        returnTo: null,
        steps: [],
        testReference: null,
        trustVersion: 1,
        stateHash: name,
        browserHash: "browser",
      },
    ]),
  );
  const replay = { kind: "assertion", id: "1", expiresAt: new Date() } as const;
  const verify = (act: (exchange: Of<"post">, succeed: Succeed) => unknown) =>
    verifyPost(opened(act), {}, async (requestId) => flows.get(requestId) ?? null);

  it("returns the flow that the strategy names, even if it looked up several", async () => {
    const message = await verify(async ({ findFlow }, succeed) => {
      const [first] = [await findFlow("a"), await findFlow("b")];
      succeed({ verified: "ada", posted: { flow: first!, replay } });
    });
    expect(message).toMatchObject({ kind: "verified", flow: { stateHash: "a" } });
  });

  it("is not verified when the strategy calls it unsolicited, even after it looked for a flow", async () => {
    const message = await verify(async ({ findFlow }, succeed) => {
      await findFlow("a");
      (succeed as (result: unknown) => void)({ unsolicited: true, target: "/course" });
    });
    expect(message).toEqual({ kind: "unsolicited", target: "/course" });
  });

  it.each([
    ["nothing", null],
    ["a flow that was not found", { flow: pendingFlow(), replay }],
  ])("is a defect when the strategy names %s", async (_name, posted) => {
    const verifying = verify(async ({ findFlow }, succeed) => {
      await findFlow("a");
      succeed({ verified: "ada", posted });
    });
    await expect(verifying).rejects.toThrow(
      "the connection type made-up verified a post without the flow that it answers",
    );
  });
});

describe("a profile", () => {
  const describeAs = (identity: { readonly issuer: unknown; readonly subject: unknown }) => {
    const normalize = () => ({
      groups: { kind: "silent" },
      groupsClaims: [],
      profile: {},
      attributes: {},
      authenticationMethods: [],
      ...identity,
    });
    const type = { id: "made-up", normalize } as unknown as Parameters<typeof describePerson>[0]["type"];
    return describePerson({ type, settings: {}, opened: null, runtime: {} as never }, "ada");
  };

  it("has the issuer and the subject that its type read", async () => {
    const identity = { issuer: "https://id.example", subject: "ada-1" };
    expect(await describeAs(identity)).toMatchObject(identity);
  });

  it.each(["", "  ", undefined, null, 7, {}, "x".repeat(513)])(
    "is a defect of its type when issuer or subject is %j",
    async (value) => {
      await expect(describeAs({ issuer: "https://id.example", subject: value })).rejects.toThrow(
        "whose subject is not",
      );
      await expect(describeAs({ issuer: value, subject: "ada-1" })).rejects.toThrow("whose issuer is not");
    },
  );
});
