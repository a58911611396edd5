/* outermost.c: ends a stack at its last frame in code
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/outermost.h"

static gboolean
is_code (SondeMaps    *maps,
         SondeAddress  address)
{
  const SondeMapping *mapping = sonde_maps_find (maps, address);

  return mapping != NULL && mapping->executable;
}

void
sonde_outermost_cut (SondeStack *stack,
                     SondeMaps  *maps)
{
  guint depth;

  g_return_if_fail (stack != NULL && maps != NULL);

  depth = stack->depth;
  while (stack->unmapped && depth > 1 && !is_code (maps, stack->addresses[depth - 1]))
    depth--;

  if (depth == stack->depth)
    return;

  stack->depth = depth;
  if (stack->end == SONDE_STACK_END_OUTERMOST)
    stack->end = SONDE_STACK_END_NO_RULE;
}
