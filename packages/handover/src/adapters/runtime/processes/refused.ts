/** An order whose guard does not hold, or that does not fit what the slot holds now. It has done nothing. */
export class Refused extends Error {
  override readonly name = "Refused";
}
