/** So many pages in a row may bring nothing new, beyond those that the list's growth explains. */
const allowed = 3

/** The pages in a row that brought nothing new. */
export class BarrenPages {
  #count = 0
  #highestRank = 0

  /**
   * Notes a page with its highest-ranking id. Whether it brings later ids than the barren ones before it: then the pages
   * come nearer to what was not read, and none of them counts.
   */
  note(fresh: number, rank: number): boolean {
    if (fresh > 0) {
      this.#count = 0
      this.#highestRank = 0
      return false
    }
    const nearer = this.#highestRank > 0 && rank > this.#highestRank
    this.#highestRank = Math.max(this.#highestRank, rank)
    this.#count += nearer ? 0 : 1
    return nearer
  }

  tooMany(pagesOfGrowth: number): boolean {
    return this.#count > allowed + pagesOfGrowth
  }
}
