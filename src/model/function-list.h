/* function-list.h: the functions that the table shows, in the order it shows them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "model/function-row.h"

G_BEGIN_DECLS

/* The order changes by itself at most this often. */
#define SONDE_FUNCTION_LIST_SETTLE_US G_USEC_PER_SEC

#define SONDE_TYPE_FUNCTION_LIST (sonde_function_list_get_type ())
G_DECLARE_FINAL_TYPE (SondeFunctionList, sonde_function_list, SONDE, FUNCTION_LIST, GObject)

SondeFunctionList *sonde_function_list_new           (void);

/* Of SondeFunctionRow, as long as @self lives. */
GListModel        *sonde_function_list_get_model     (SondeFunctionList   *self);

/* The same rows, figures and places as @snapshot; @now_us is g_get_monotonic_time() or a test's. */
void               sonde_function_list_update        (SondeFunctionList   *self,
                                                      SondeSnapshot       *snapshot,
                                                      gint64               now_us);

/* While held, rows keep their places (figures go on), unless another query is answered. */
void               sonde_function_list_set_held      (SondeFunctionList   *self,
                                                      gboolean             held);

gboolean           sonde_function_list_find_position (SondeFunctionList   *self,
                                                      guint32              function_id,
                                                      guint               *position);

G_END_DECLS
