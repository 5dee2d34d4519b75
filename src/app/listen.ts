/** Listens on the port. If it cannot, the error tells the operator why. */
import type { HttpServer } from "../platform/http/server.js";

/**
 * Listens on a port; 0 chooses a free one.
 *
 * @returns the port
 * @throws Error that names the port and what to do about it
 */
export async function listen(server: HttpServer, port: number): Promise<number> {
  try {
    return await server.listen(port);
  } catch (error) {
    throw new Error(describeFailure(port, error), { cause: error });
  }
}

function describeFailure(port: number, error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  switch (code) {
    case "EADDRINUSE":
      return `Another program listens on port ${port} already. End it, or choose another port with PORT.`;
    case "EACCES":
      return `This user may not listen on port ${port}. Choose a port above 1023 with PORT, and put a proxy in front if needed.`;
    default:
      return `Usher cannot listen on port ${port}: ${String(message ?? error)}.`;
  }
}
