-- What an application is, it stays: whose it is, of which policy and which number. The program moves only its state, its return, and what an endorsement leaves to be asked.

revoke update on subsidy_application from firstcover_app;
grant update (state, round, return_received_at, asked, concluded_at) on subsidy_application to firstcover_app;
