// Waits for what a test says, for as long as the test may take: a slow machine is slow, and fails nothing.

/** Resolves once the condition holds. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
