/* call-site.h: which function the call before a return address calls
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "unwinder/tables.h"

G_BEGIN_DECLS

/**
 * SondeCallSite:
 * @SONDE_CALL_SITE_NONE: there is no call before the address
 * @SONDE_CALL_SITE_OTHER: it calls another function
 * @SONDE_CALL_SITE_ANY: it calls what a register or a variable says
 * @SONDE_CALL_SITE_SAME: it calls this function
 *
 * What is before an address that may be a return address.
 */
typedef enum
{
  SONDE_CALL_SITE_NONE,
  SONDE_CALL_SITE_OTHER,
  SONDE_CALL_SITE_ANY,
  SONDE_CALL_SITE_SAME,
} SondeCallSite;

/* What is before @address, if the function is the one that begins at @function. Threads: worker
 * only.
 */
SondeCallSite sonde_call_site_judge (SondeTables  *tables,
                                     SondeAddress  address,
                                     SondeAddress  function);

G_END_DECLS
