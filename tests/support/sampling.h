/* sampling.h: threads to be sampled, and a client that wants nothing of it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sampler/stop-sampler.h"

G_BEGIN_DECLS

/* Has every sleeper stopped for its registers, and forgets what it is given. */
extern const SondeSamplerClient test_sampler_client;

/* A thread that sleeps is only asked once the client wants more of it. */
void             test_sampler_look_at_all (SondeStopSampler *sampler,
                                           const SondeTick  *tick);
/* Until no thread is asked and all have been given to the client. */
void             test_sampler_collect_all (SondeStopSampler *sampler);

SondeThreadState test_read_state          (pid_t             tid);
/* Waits some seconds at most. */
void             test_wait_for_state      (pid_t             tid,
                                           SondeThreadState  state);

/* In a child of the test; each ends by itself where a dead test left it behind. */

/* A thread that waits for signals. */
G_NORETURN void *test_wait_for_ever       (void             *data);
/* Waits where nothing but a deadly signal can wake it until the other end of @gate is closed, and
 * for signals then.
 */
G_NORETURN void  test_sleep_deeply        (const int         gate[2]);
/* The same as a thread, which first writes its id into the third of @data. */
G_NORETURN void *test_sleep_deeply_cb     (void             *data);

G_END_DECLS
