/**
 * The file of a picture that comes with the page.
 *
 * @throws Error that says what to do when it cannot be had.
 */
export async function sampleFile(url: string): Promise<Blob> {
  const response = await fetch(url).catch(() => undefined);
  if (response === undefined) {
    throw new Error('The sample could not be fetched. Check the connection and choose it again.');
  }
  if (!response.ok) {
    throw new Error(
      `The sample is missing from this site (${response.status}). Choose another, or open a picture of your own.`,
    );
  }
  return response.blob();
}
