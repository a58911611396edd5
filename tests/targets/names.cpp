// names.cpp: names as C++ makes them
//
// SPDX-FileCopyrightText: 2026 The Sonde authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
//   main;orchard::pick<int>(int);orchard::Tree::grow(unsigned long) const;
//   orchard::Tree::operator()(orchard::(anonymous namespace)::Seed);orchard::spin()

#include "target.h"

namespace orchard {

namespace {
struct Seed
{
  uint64_t rounds;
};
}

KEPT void
spin ()
{
  for (;;)
    target_compute (100000);
}

class Tree
{
public:
  KEPT int grow (unsigned long height) const;

private:
  KEPT int operator() (Seed seed) const;
};

int
Tree::operator() (Seed seed) const
{
  spin ();
  __asm__ volatile ("" ::: "memory");

  return static_cast<int> (seed.rounds);
}

int
Tree::grow (unsigned long height) const
{
  int value = (*this) (Seed { height });

  __asm__ volatile ("" : "+r" (value));

  return value;
}

template <typename T>
KEPT int
pick (T height)
{
  int value = Tree ().grow (static_cast<unsigned long> (height));

  __asm__ volatile ("" : "+r" (value));

  return value;
}

}

int
main ()
{
  target_ready ();

  return orchard::pick<int> (3);
}
