/** Whether a test file, or what it imports, reads the URL of the test database. */
export function usesTestDatabase(path: string): boolean;
