/** How long it takes until a removed person is out, and until webhook receivers know, is measured for each directory. */
import { expect, it } from "@jest/globals";
import { createScimClient, makeOrganization } from "../support/scim.js";
import { startTestUsher } from "../support/usher.js";
import { startWebhookReceivers } from "../support/webhook-receiver/index.js";
import { createTenant } from "../webhooks/tenant.js";

it("a deprovisioning has its time to the end of the sessions, and to the acknowledged webhook", async () => {
  const usher = await startTestUsher();
  const receivers = await startWebhookReceivers();
  try {
    const tenant = await createTenant(usher);
    const scim = await createScimClient(usher, tenant.organizationId);
    const other = await createScimClient(usher, await makeOrganization(usher));
    const show = async ({ directoryId } = scim) =>
      (
        await usher.ask(
          `query ($id: ID!) { provisioningDirectory(id: $id) { removalTimes {
             count lastMilliseconds slowestMilliseconds lastWebhookMilliseconds slowestWebhookMilliseconds } } }`,
          { id: directoryId },
        )
      ).provisioningDirectory.removalTimes;
    const until = async (isDone: (times: Record<string, number | null>) => boolean) => {
      for (;;) {
        const times = await show();
        if (isDone(times)) return times;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const [first, second] = [await scim.makeUser(), await scim.makeUser()];
    await scim.send("DELETE", `/Users/${first.id}`);
    const unheard = await until(({ lastMilliseconds }) => lastMilliseconds !== null);
    expect(unheard).toEqual({
      count: 1,
      lastMilliseconds: expect.any(Number),
      slowestMilliseconds: unheard.lastMilliseconds,
      lastWebhookMilliseconds: null,
      slowestWebhookMilliseconds: null,
    });
    const delayMs = 300;
    await tenant.addEndpoint(receivers.add("slow", { kind: "ok", delayMs }));
    await tenant.addEndpoint(receivers.add("quick"));
    await scim.patch(`/Users/${second.id}`, { op: "replace", path: "active", value: false });
    const heard = await until(
      ({ lastMilliseconds, lastWebhookMilliseconds }) =>
        lastMilliseconds !== null && (lastWebhookMilliseconds ?? 0) >= delayMs,
    );
    expect(heard.count).toBe(2);
    expect(heard.slowestMilliseconds).toBe(Math.max(unheard.lastMilliseconds, heard.lastMilliseconds));
    // The receiver was told after the commit, and answered later than that.
    expect(heard.lastWebhookMilliseconds).toBeGreaterThanOrEqual(heard.lastMilliseconds);
    expect(heard.slowestWebhookMilliseconds).toBe(heard.lastWebhookMilliseconds);
    expect(await show(other)).toEqual({
      count: 0,
      lastMilliseconds: null,
      slowestMilliseconds: null,
      lastWebhookMilliseconds: null,
      slowestWebhookMilliseconds: null,
    });
  } finally {
    await usher.stop();
    await receivers.close();
  }
});
