/** The composition root: makes every part once and passes it to the parts that need it. */
import type { IncomingMessage } from "node:http";
import { ANONYMOUS, type Caller } from "./access/caller.js";
import type { Store } from "./access/store.js";
import { createBegin } from "./access/unit-of-work.js";
import { exportAuditLog } from "./people/organization/export-audit-log.js";
import { createCatalogue } from "./app/catalogue.js";
import { listen } from "./app/listen.js";
import { loadConnectionTypes } from "./app/load-connection-types.js";
import { loadKeyRing } from "./app/load-key-ring.js";
import { startMail } from "./app/mail.js";
import { DELETION_PARTS, DESTINATIONS, EVENT_TYPES, UPKEEP_STEPS } from "./app/module-lists.js";
import { createSchema } from "./app/schema.js";
import { startSweeper } from "./app/sweeper.js";
import { announceCommits, startWebhooks, webhookServices } from "./app/webhooks.js";
import type { Configuration } from "./config/configuration.js";
import type { AnyConnectionType } from "./connection/contract/index.js";
import { findConnection } from "./connection/stored/connection.repository.js";
import { loadOpeningContext } from "./connection/stored/opening-context.js";
import { createOpenedConnections } from "./connection/opened-connections.js";
import { appRuntime, createOpenedApps } from "./connection/operator-app/opened-apps.js";
import { startUpkeepWorker } from "./connection/upkeep/upkeep-worker.js";
import { createRegistry } from "./connection/registry.js";
import type { ConnectionServices } from "./connection/services.js";
import { describeConnection, publishClientKeys } from "./connection/metadata-document.js";
import { entities } from "./entities.js";
import { createSchemaRouter } from "./events/schema-router.js";
import { ensureOperatorKey } from "./people/api-key/operator-key.js";
import { ensureFirstOperatorLink } from "./people/operator/first-operator.js";
import { checkKeyRing, keepKeyRingCheck } from "./people/installation/key-ring-check.js";
import { createUseNotes } from "./people/caller/note-use.js";
import { resolveCaller } from "./people/caller/resolve-caller.js";
import { LONGEST_SESSION_MINUTES } from "./people/organization/policies.js";
import type { ResolveTxt } from "./people/domain/resolve-txt.js";
import type { SessionContext } from "./people/viewer/session-context.js";
import { systemClock, type Clock } from "./platform/clock.js";
import type { MigrationClass } from "./platform/database/create-data-source.js";
import { migrate, pendingMigrations } from "./platform/database/migrations.js";
import { openDatabase } from "./platform/database/open-database.js";
import { Failure } from "./platform/errors/failure.js";
import { createGuardedFetch, type Lookup } from "./platform/fetch/guarded-fetch.js";
import { createGraphiqlRouter } from "./platform/graphql/graphiql.js";
import { createGraphQLEndpoint } from "./platform/graphql/server.js";
import { defineCookie } from "./platform/http/cookies.js";
import { createExportRouter } from "./platform/http/export-router.js";
import { createRateLimits } from "./platform/http/rate-limit.js";
import { noteRequest, type RequestNotes } from "./platform/http/request-notes.js";
import { createHttpServer } from "./platform/http/server.js";
import type { Logger } from "./platform/telemetry/logger.js";
import { createReference } from "./platform/telemetry/reference.js";
import { startRequestLog } from "./provisioning/directory/log/request-log.js";
import { createScimLimits } from "./scim/limits.js";
import { createScimRouter } from "./scim/router.js";
import { FLOW_LIFETIME_SECONDS } from "./sign-in/flow/flow.repository.js";
import { createSignInLimits } from "./sign-in/limits.js";
import { createSignInRouter } from "./sign-in/router.js";
import { SIGNED_OUT_SECONDS } from "./sign-in/routes/signed-out-cookie.js";
import { PORTAL_SECONDS } from "./sign-in/urls.js";
import { exportResults } from "./training/export/export-results.js";

/** Parts that tests replace. */
export interface Replacements {
  readonly clock?: Clock;
  readonly lookup?: Lookup;
  readonly resolveTxt?: ResolveTxt;
  readonly connectionTypes?: readonly AnyConnectionType[];
}

/** A running installation. */
export interface Usher {
  readonly port: number;
  /** The operator key that this start created, to show once; `null` if there was one already. */
  readonly newOperatorKey: string | null;
  /** The address with which the first operator makes their account, to show once; `null` if there is one already. */
  readonly firstOperatorLink: string | null;
  /** Finishes open requests and work, for at most `limitMilliseconds`, and closes everything. Returns whether it was in time. */
  readonly stop: (limits: {
    readonly limitMilliseconds: number;
    readonly drainMilliseconds?: number;
  }) => Promise<boolean>;
}

/** Runs migrations, wires the parts, and listens. */
export async function startUsher(
  configuration: Configuration,
  migrations: readonly MigrationClass[],
  logger: Logger,
  replacements: Replacements = {},
): Promise<Usher> {
  const clock = replacements.clock ?? systemClock;
  const { publicUrl, production } = configuration;
  const connectionTypes =
    replacements.connectionTypes ?? (await loadConnectionTypes(configuration, configuration.connectionTypePackages));
  const { keyRing, keep } = loadKeyRing(configuration.keyRing, configuration.dataDirectory, clock());

  const database = await openDatabase({ url: configuration.databaseUrl, entities, migrations, logger });
  try {
    for (const name of await migrate(database)) logger.info({ migration: name }, "A migration ran.");
    await checkKeyRing(database, keyRing);
    const unannounced: Store = { reader: database.reader, begin: createBegin(database, clock) };
    const announced = announceCommits(unannounced.begin);
    const store: Store = { ...unannounced, begin: announced.begin };

    const guarded = createGuardedFetch({
      allowedPrivateHosts: configuration.allowedPrivateHosts,
      ...(replacements.lookup ? { lookup: replacements.lookup } : {}),
    });
    const registry = createRegistry(connectionTypes);
    const runtime = { publicUrl, fetch: guarded.fetch, clock, urls: guarded.rules, keyRing };
    const { operatorContact } = configuration;
    const services: ConnectionServices = { ...store, registry, runtime, operatorContact };
    const connections = createOpenedConnections({
      registry,
      runtime,
      loadContext: (connection) =>
        loadOpeningContext(unannounced, connection, (error) =>
          logger.error({ error, connectionId: connection.id }, "Facts about a provider could not be stored."),
        ),
    });
    const webhookParts = webhookServices(store, services, guarded, EVENT_TYPES);
    const catalogue = createCatalogue(registry);

    const cookies = {
      pending: defineCookie({ publicUrl, name: "usher-pending" }),
      form: defineCookie({ publicUrl, name: "usher-form" }),
      session: defineCookie({ publicUrl, name: "usher-session", maxAgeSeconds: LONGEST_SESSION_MINUTES * 60 }),
      browser: defineCookie({ publicUrl, name: "usher-browser", maxAgeSeconds: FLOW_LIFETIME_SECONDS }),
      portal: defineCookie({ publicUrl, name: "usher-portal", maxAgeSeconds: PORTAL_SECONDS }),
      signedOut: defineCookie({ publicUrl, name: "usher-signed-out", maxAgeSeconds: SIGNED_OUT_SECONDS }),
    };
    const uses = createUseNotes(unannounced, clock, (error) =>
      logger.warn({ error }, "The last uses of sessions and keys could not be stored."),
    );
    const callerOf = async (request: IncomingMessage): Promise<Caller> => {
      const credentials = {
        authorization: request.headers.authorization ?? null,
        sessionToken: cookies.session.read(request),
      };
      const caller = await resolveCaller(database.reader, clock, credentials, uses.note);
      noteRequest(request, describeCaller(caller));
      return caller;
    };

    const endpoint = await createGraphQLEndpoint<SessionContext>({
      schema: createSchema(
        store,
        services,
        webhookParts,
        catalogue,
        configuration.returnUrls,
        {
          operators: { publicUrl, isKeyConfigured: configuration.operatorKey !== null },
          ...(replacements.resolveTxt && { resolveTxt: replacements.resolveTxt }),
        },
        connections,
      ),
      contextFor: async (request, response) => ({
        caller: await callerOf(request),
        renewSession: (sessionToken) => cookies.session.write(response, sessionToken),
      }),
      catalogue,
      production,
      introspection: configuration.introspection,
      logger,
      allowedOrigins: configuration.allowedOrigins,
    });
    const graphiql = createGraphiqlRouter({
      mayOpen: async (request) => !production || mayExplore(await callerOf(request).catch(anonymousIfRefused)),
    });
    const defineRateLimit = createRateLimits({ database, clock, enabled: configuration.rateLimits });
    const signIn = createSignInRouter({
      services: {
        store,
        clock,
        keyRing,
        registry,
        open: connections.open,
        openApp: createOpenedApps(runtime),
        appRuntime: (typeId) => appRuntime(runtime, typeId),
        returnRules: { publicUrl, prefixes: configuration.returnUrls },
        destinations: DESTINATIONS,
        operatorContact,
        reference: createReference,
        logDefect: (error, reference) => logger.error({ error, reference }, "A sign-in failed unexpectedly."),
      },
      cookies,
      callerOf,
      logger,
      limits: createSignInLimits(defineRateLimit),
      allowedOrigins: configuration.allowedOrigins,
      findMetadata: async (connectionId) => {
        const connection = await findConnection(database.reader, null, connectionId);
        return connection && describeConnection(services, connection);
      },
      findClientKeys: async (connectionId) => {
        const connection = await findConnection(database.reader, null, connectionId);
        return connection && publishClientKeys(connection);
      },
    });
    const exports = createExportRouter({
      files: Object.fromEntries(
        Object.entries({ "/export/results": exportResults, "/export/audit-log": exportAuditLog }).map(
          ([path, begin]) => [
            path,
            (request) => begin(store, () => callerOf(request), request.query as Record<string, unknown>, clock()),
          ],
        ),
      ),
      allowedOrigins: configuration.allowedOrigins,
      logDefect: (error) => logger.error({ error }, "An export failed."),
    });
    const requestLog = startRequestLog({
      store: unannounced,
      logError: (error) => logger.error({ error }, "Requests of provisioning directories could not be logged."),
    });
    const scim = createScimRouter({
      store,
      clock,
      publicUrl,
      requestLog,
      deletion: DELETION_PARTS,
      fetch: guarded.fetch,
      limits: createScimLimits(defineRateLimit, { enabled: configuration.rateLimits }),
      logDefect: (error, reference) => logger.error({ error, reference }, "A SCIM request failed unexpectedly."),
    });
    const server = createHttpServer({
      logger,
      trustedProxies: configuration.trustedProxies,
      forwardedHeader: configuration.forwardedHeader,
      publicUrl,
      checkReady: async () => {
        await database.ping();
        const pending = await pendingMigrations(database);
        if (pending.length > 0) throw new Error(`Migrations are missing: ${pending.join(", ")}.`);
      },
      mounts: [
        { path: "/graphql", router: graphiql },
        { path: "/graphql", router: endpoint.router },
        { path: "/scim/v2", router: scim },
        { path: "/", router: signIn },
        { path: "/", router: exports },
        { path: "/", router: createSchemaRouter(EVENT_TYPES) },
      ],
    });
    const port = await listen(server, configuration.port);
    // Runs in the same tick as listening, and so before the first request, which may encrypt.
    const madeFile = keep?.() ?? null;
    if (madeFile !== null)
      logger.warn(
        { file: madeFile },
        "A key that encrypts secrets was created. Back it up: without it, the secrets are lost.",
      );
    await keepKeyRingCheck(store, keyRing);
    // Made only after listening, because a start that fails cannot show the new key.
    const newOperatorKey = await ensureOperatorKey(store, configuration.operatorKey);
    const firstOperatorLink = await ensureFirstOperatorLink(store, publicUrl);
    const stopSweeping = startSweeper(store, clock, logger, configuration.attemptRetentionDays);
    const webhooks = startWebhooks(configuration, webhookParts, unannounced, logger);
    announced.onCommit(webhooks.wake);
    const stopUpkeep = startUpkeepWorker({ services, steps: UPKEEP_STEPS, logger });
    const mail = startMail(configuration, { database, clock, logger });
    return {
      port,
      newOperatorKey,
      firstOperatorLink,
      stop: async (limits) => {
        const mailStopped = mail.stop(limits.limitMilliseconds);
        const webhooksStopped = webhooks.stop();
        const upkeepStopped = stopUpkeep();
        const inTime = await server.stop(limits);
        await webhooksStopped;
        await upkeepStopped;
        await mailStopped;
        await requestLog.stop();
        await uses.stop();
        await endpoint.stop();
        await stopSweeping();
        await registry.close();
        await guarded.close();
        await database.close();
        return inTime;
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function describeCaller(caller: Caller): RequestNotes {
  const { kind: callerKind } = caller;
  switch (caller.kind) {
    case "PERSON":
      return { callerKind, callerId: caller.userId, organizationId: caller.organizationId };
    case "API_KEY":
      return { callerKind, callerId: caller.apiKeyId, organizationId: caller.organizationId };
    case "OPERATOR":
      return { callerKind, callerId: caller.operatorId ?? caller.apiKeyId };
    case "ANONYMOUS":
    case "SYSTEM":
      return { callerKind };
  }
}

/** In production, only operators and administrators of an organization may open GraphiQL. */
function mayExplore(caller: Caller): boolean {
  return caller.kind === "OPERATOR" || (caller.kind === "PERSON" && caller.permissions.has("ORGANIZATION_WRITE"));
}

function anonymousIfRefused(error: unknown): Caller {
  if (error instanceof Failure) return ANONYMOUS;
  throw error;
}
