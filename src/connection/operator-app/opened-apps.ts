/** The operator's apps, opened for people whose tenant is not known yet. All requests share the strategy of an app. */
import type { Strategy } from "passport";
import type { AnyConnectionType } from "../contract/index.js";
import { createOpenedCache } from "../opened-cache.js";
import { addressesOf, type RuntimeParts } from "../runtime.js";
import type { AnyConfiguredApp } from "./operator-app.js";

/** Opens the app of a type, or returns its strategy from the cache. Throws what the app's `open` throws. */
export type OpenApp = (type: AnyConnectionType, app: AnyConfiguredApp) => Promise<Strategy>;

export function createOpenedApps(parts: RuntimeParts): OpenApp {
  const open = createOpenedCache(
    ({ id, app }: { readonly id: string; readonly version: number; readonly app: AnyConfiguredApp }) =>
      app.open(appRuntime(parts, id)),
    { clock: parts.clock, maximum: Number.POSITIVE_INFINITY },
  );
  return ({ id }, app) => open({ id, version: 1, app });
}

/** The runtime of a type's app. Its addresses are those of the type, because no connection is known. */
export function appRuntime({ publicUrl, fetch, clock, urls }: RuntimeParts, typeId: string) {
  return { connectionId: typeId, addresses: addressesOf(publicUrl, typeId), fetch, now: clock, urls };
}
