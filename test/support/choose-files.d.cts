/** Whether a test file, or what it imports, reads an environment variable. */
export function reaches(test: string, variable: string): boolean;
