import Synchronization

/// An amount of bytes or pixels that its users share: who asks for more than is left gets nothing.
package final class SharedBudget: Sendable {
  package let limit: Int
  private let taken = Atomic(0)

  package init(limit: Int) { self.limit = limit }

  /// What is in use.
  package var used: Int { taken.load(ordering: .relaxed) }

  /// Takes an amount, when so much is left; all of it or nothing.
  package func take(_ amount: Int) -> Bool {
    var used = taken.load(ordering: .relaxed)
    while amount <= limit - used {
      let (exchanged, original) = taken.weakCompareExchange(
        expected: used, desired: used + amount, ordering: .relaxed)
      if exchanged { return true }
      used = original
    }
    return false
  }

  /// Gives back what was taken.
  package func give(_ amount: Int) { taken.subtract(amount, ordering: .relaxed) }
}
