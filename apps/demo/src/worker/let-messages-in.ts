/** Lets waiting messages, for instance one that cancels, be handled. */
export function letMessagesIn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
