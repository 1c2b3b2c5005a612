/** Something the user can put right; the message is all there is to say. */
export class Problem extends Error {
  override readonly name = "Problem";
}
